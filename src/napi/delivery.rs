//! Delivers results to JavaScript, through one callback.
//!
//! From another thread, and while JavaScript is on the stack, the callback is called through a threadsafe function.
//! If the event loop itself has read the replies, it is called directly.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use napi::bindgen_prelude::{Function, FunctionRef, JsValue, JsValuesTupleIntoVec};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status, check_status, sys};

use super::changes::Reporter;
use super::reply::{Chunk, ChunkArgs};
use super::scope::CallbackScope;
use crate::error::{Error, Kind};
use crate::sync::locked;

/// Weak: an idle adapter does not keep the process alive; [`InFlight`] does.
type OnSettled = ThreadsafeFunction<Chunk, (), ChunkArgs, Status, false, true>;

pub struct Delivery {
    on_settled: OnSettled,
    /// The same function, for direct calls.
    direct: FunctionRef<ChunkArgs, ()>,
    in_flight: Arc<InFlight>,
    /// Passes changes before each chunk, if the store tracks.
    reporter: Option<Arc<Reporter>>,
    /// Chunks that JavaScript has not requested yet.
    waiting: Mutex<HashMap<u32, VecDeque<Chunk>>>,
}

impl Delivery {
    pub fn new(
        on_settled: Function<'_, ChunkArgs, ()>,
        reporter: Option<Arc<Reporter>>,
    ) -> napi::Result<Self> {
        let direct = on_settled.create_ref()?;
        let in_flight = Arc::new(InFlight::default());
        let (settling, reporting) = (in_flight.clone(), reporter.clone());
        let on_settled: OnSettled =
            on_settled.build_threadsafe_function().weak::<true>().build_callback(move |context| {
                if let Some(reporter) = &reporting {
                    reporter.report_in_callback(&context.env);
                }
                settling.settled(&context.env, &context.value);
                Ok(Chunk::into_args(context.value))
            })?;
        in_flight.function.store(on_settled.raw(), Ordering::Relaxed);
        Ok(Delivery { on_settled, direct, in_flight, reporter, waiting: Mutex::default() })
    }

    pub fn reporter(&self) -> Option<Arc<Reporter>> {
        self.reporter.clone()
    }

    /// A batch begins. Called on the JavaScript thread.
    pub fn begin(&self, env: &Env) -> napi::Result<()> {
        self.in_flight.begin(env)
    }

    /// Delivers the results of a batch: the first chunk now, the others when JavaScript requests them.
    pub fn deliver(&self, chunks: Vec<Chunk>) {
        let mut chunks = VecDeque::from(chunks);
        let Some(first) = chunks.pop_front() else { return };
        if !chunks.is_empty() {
            self.waiting().insert(first.batch, chunks);
        }
        self.send(first);
    }

    /// JavaScript requests the next chunk.
    pub fn deliver_next(&self, batch: u32) {
        let next = self.waiting().get_mut(&batch).and_then(VecDeque::pop_front);
        let Some(next) = next else { return };
        let next = if next.is_overdue() { Chunk::failed(batch, 1, &unread()) } else { next };
        if next.last {
            self.waiting().remove(&batch);
        }
        self.send(next);
    }

    /// JavaScript failed to process a chunk, and requests no other.
    pub fn forget(&self, env: &Env, batch: u32) {
        if self.waiting().remove(&batch).is_some() {
            self.in_flight.end(env);
        }
    }

    fn send(&self, chunk: Chunk) {
        match CallbackScope::current() {
            Some(scope) => self.call(scope, chunk),
            None => {
                self.on_settled.call(chunk, ThreadsafeFunctionCallMode::NonBlocking);
            }
        }
    }

    fn call(&self, scope: CallbackScope, chunk: Chunk) {
        if let Some(reporter) = &self.reporter {
            reporter.report(scope);
        }
        self.in_flight.settled(scope.env(), &chunk);
        let called = scope
            .call(|env| Ok((self.direct.borrow_back(env)?.raw(), chunk.into_args().into_vec(env.raw())?)));
        // It fails only while the environment is torn down; then no caller waits.
        drop(called);
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<u32, VecDeque<Chunk>>> {
        locked(self.waiting.lock())
    }
}

/// The process was too busy to take the chunks of a large result.
fn unread() -> Error {
    let detail = "timed out: the rest of the result arrived, and was not read within commandTimeout";
    Error::new(Kind::CommandTimeout, detail)
}

/// Counts the batches in flight, which keep the process alive. Used on the JavaScript thread only.
#[derive(Default)]
struct InFlight {
    batches: AtomicU32,
    function: AtomicPtr<sys::napi_threadsafe_function__>,
}

impl InFlight {
    fn begin(&self, env: &Env) -> napi::Result<()> {
        if self.batches.fetch_add(1, Ordering::Relaxed) > 0 {
            return Ok(());
        }
        // SAFETY: the `Delivery` of the batch holds the function.
        check_status!(unsafe {
            sys::napi_ref_threadsafe_function(env.raw(), self.function.load(Ordering::Relaxed))
        })
    }

    fn settled(&self, env: &Env, chunk: &Chunk) {
        if chunk.last {
            self.end(env);
        }
    }

    fn end(&self, env: &Env) {
        if self.batches.fetch_sub(1, Ordering::Relaxed) == 1 {
            // SAFETY: the function is being called, directly or through the threadsafe function, so it exists.
            unsafe { sys::napi_unref_threadsafe_function(env.raw(), self.function.load(Ordering::Relaxed)) };
        }
    }
}
