//! The way back to JavaScript: one callback for all that calls come to.
//!
//! From another thread it goes through a threadsafe function. Where the event loop itself has read the replies, the
//! callback is called at once.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::{Function, FunctionRef, JsValue, JsValuesTupleIntoVec};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status, check_status, sys};

use crate::error::Error;
use crate::reply::{Part, PartArgs};

/// Weak: an idle adapter keeps no process alive; [`InFlight`] does.
type OnSettled = ThreadsafeFunction<Part, (), PartArgs, Status, false, true>;

thread_local! {
    /// The environment whose loop is calling, while it is.
    static CALLING: Cell<Option<Env>> = const { Cell::new(None) };
}

/// Runs on the thread of `env`, called by its event loop and not by JavaScript: what is delivered meanwhile goes to the
/// callback at once.
pub fn called_by_loop<T>(env: Env, run: impl FnOnce() -> T) -> T {
    CALLING.set(Some(env));
    let result = run();
    CALLING.set(None);
    result
}

/// Runs on the thread of JavaScript, which calls it: what is delivered meanwhile has to wait until it returns.
pub fn called_by_javascript<T>(run: impl FnOnce() -> T) -> T {
    let calling = CALLING.take();
    let result = run();
    CALLING.set(calling);
    result
}

pub struct Delivery {
    on_settled: OnSettled,
    /// The same function, for calls on its own thread.
    direct: FunctionRef<PartArgs, ()>,
    in_flight: Arc<InFlight>,
    /// Parts that wait until JavaScript has taken the one before.
    waiting: Mutex<HashMap<u32, VecDeque<Part>>>,
}

impl Delivery {
    pub fn new(on_settled: Function<'_, PartArgs, ()>) -> napi::Result<Self> {
        let direct = on_settled.create_ref()?;
        let in_flight = Arc::new(InFlight::default());
        let settling = in_flight.clone();
        let on_settled: OnSettled =
            on_settled.build_threadsafe_function().weak::<true>().build_callback(move |context| {
                settling.settled(&context.env, &context.value);
                Ok(Part::into_args(context.value))
            })?;
        in_flight.function.store(on_settled.raw(), Ordering::Relaxed);
        Ok(Delivery { on_settled, direct, in_flight, waiting: Mutex::default() })
    }

    /// So many batches begin. On the JavaScript thread.
    pub fn begin(&self, env: &Env, batches: u32) -> napi::Result<()> {
        self.in_flight.begin(env, batches)
    }

    /// Hands over what a batch came to: the first part now, each other one when it is asked for.
    pub fn deliver(&self, parts: Vec<Part>) {
        let mut parts = VecDeque::from(parts);
        let Some(first) = parts.pop_front() else { return };
        if !parts.is_empty() {
            self.waiting().insert(first.batch, parts);
        }
        self.send(first);
    }

    /// JavaScript has taken a part and wants the next one.
    pub fn deliver_next(&self, batch: u32) {
        let next = self.waiting().get_mut(&batch).and_then(VecDeque::pop_front);
        let Some(next) = next else { return };
        let next = if next.is_overdue() { Part::failed(batch, 1, &Error::overdue(None)) } else { next };
        if next.last {
            self.waiting().remove(&batch);
        }
        self.send(next);
    }

    /// JavaScript could not take a part and wants no other.
    pub fn forget(&self, env: &Env, batch: u32) {
        if self.waiting().remove(&batch).is_some() {
            self.in_flight.end(env);
        }
    }

    fn send(&self, part: Part) {
        match CALLING.get() {
            Some(env) => self.call(&env, part),
            None => {
                self.on_settled.call(part, ThreadsafeFunctionCallMode::NonBlocking);
            }
        }
    }

    fn call(&self, env: &Env, part: Part) {
        self.in_flight.settled(env, &part);
        // SAFETY: the event loop is calling on the thread of `env`, which owns the function.
        let called = unsafe {
            make_callback(env.raw(), || {
                let callback = self.direct.borrow_back(env)?.raw();
                Ok((callback, part.into_args().into_vec(env.raw())?))
            })
        };
        // It fails only while the environment ends, and then nobody waits.
        drop(called);
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<u32, VecDeque<Part>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls a function as the event loop does: with a scope of its own, and its microtasks after it.
///
/// # Safety
///
/// On the thread of `env`, with no JavaScript on the stack.
unsafe fn make_callback(
    env: sys::napi_env,
    prepare: impl FnOnce() -> napi::Result<(sys::napi_value, Vec<sys::napi_value>)>,
) -> napi::Result<()> {
    // SAFETY: the caller's word; the scope outlives all values made in it.
    unsafe {
        let mut scope = null_mut();
        check_status!(sys::napi_open_handle_scope(env, &mut scope))?;
        let called = prepare().and_then(|(function, args)| {
            let (mut this, mut result) = (null_mut(), null_mut());
            check_status!(sys::napi_get_global(env, &mut this))?;
            let status = sys::napi_make_callback(
                env,
                null_mut(),
                this,
                function,
                args.len(),
                args.as_ptr(),
                &mut result,
            );
            rethrow(env, status);
            Ok(())
        });
        check_status!(sys::napi_close_handle_scope(env, scope))?;
        called
    }
}

/// An exception of the callback is one that nobody caught, as in any callback of the event loop.
///
/// # Safety
///
/// On the thread of `env`.
unsafe fn rethrow(env: sys::napi_env, status: sys::napi_status) {
    if status != sys::Status::napi_pending_exception {
        return;
    }
    let mut exception = null_mut();
    // SAFETY: the caller's word.
    unsafe {
        if sys::napi_get_and_clear_last_exception(env, &mut exception) == sys::Status::napi_ok {
            sys::napi_fatal_exception(env, exception);
        }
    }
}

/// Counts the batches in flight, which keep the process alive. Used on the JavaScript thread only.
#[derive(Default)]
struct InFlight {
    batches: AtomicU32,
    function: AtomicPtr<sys::napi_threadsafe_function__>,
}

impl InFlight {
    fn begin(&self, env: &Env, batches: u32) -> napi::Result<()> {
        if batches == 0 || self.batches.fetch_add(batches, Ordering::Relaxed) > 0 {
            return Ok(());
        }
        // SAFETY: whoever begins a batch holds the function.
        check_status!(unsafe {
            sys::napi_ref_threadsafe_function(env.raw(), self.function.load(Ordering::Relaxed))
        })
    }

    fn settled(&self, env: &Env, part: &Part) {
        if part.last {
            self.end(env);
        }
    }

    fn end(&self, env: &Env) {
        if self.batches.fetch_sub(1, Ordering::Relaxed) == 1 {
            // SAFETY: the function is the one that is being called, or whose stead the caller takes.
            unsafe { sys::napi_unref_threadsafe_function(env.raw(), self.function.load(Ordering::Relaxed)) };
        }
    }
}
