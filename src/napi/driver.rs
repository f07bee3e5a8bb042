//! The event-loop driver: Node's event loop reads and writes connections on the JavaScript thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::os::fd::AsRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status};

use super::event_loop::{EventLoop, Interest, Watch, Watcher};
use super::scope::CallbackScope;
use crate::connection::{Candidate, Connection, ConnectionId, Driven, WaitFor, WakeDriver};
use crate::error::Error;
use crate::protocol::Generation;

/// Weak: it does not keep the process alive.
type Wake = ThreadsafeFunction<Connection, (), (), Status, false, true>;

/// The connections of a store that the event loop reads and writes. Belongs to the JavaScript thread.
pub struct Driver {
    event_loop: EventLoop,
    watches: RefCell<HashMap<ConnectionId, Served>>,
}

#[derive(Clone)]
struct Served {
    generation: Generation,
    watch: Rc<Watch>,
}

impl Driver {
    /// Returns the driver of the environment, if that has an event loop.
    pub fn of(env: &Env) -> Option<Rc<Self>> {
        EventLoop::of(env).map(Self::new)
    }

    fn new(event_loop: EventLoop) -> Rc<Self> {
        Rc::new(Driver { event_loop, watches: RefCell::default() })
    }

    /// Returns the function with which other threads wake the driver. The work is done in the callback that normally
    /// converts arguments, where no JavaScript is on the stack; the JavaScript function called after it does nothing.
    pub fn waker(self: &Rc<Self>, env: &Env) -> napi::Result<WakeDriver> {
        let driver = Rc::downgrade(self);
        let no_op = env.create_function_from_closure::<(), (), _>("redisStateDriver", |_| Ok(()))?;
        let wake: Wake = no_op.build_threadsafe_function().weak::<true>().build_callback(move |context| {
            wake_up(&driver, context.env, &context.value);
            Ok(())
        })?;
        Ok(Arc::new(move |connection| {
            wake.call(connection, ThreadsafeFunctionCallMode::NonBlocking);
        }))
    }

    /// Drops all connections.
    pub fn close(&self) {
        drop(self.watches.take());
    }

    /// Accepts the candidate of a connection, drops its lost socket, and maintains the current one.
    fn serve(&self, env: Env, connection: &Connection) {
        let candidate = connection.take_candidate();
        self.forget_lost(connection);
        if let Some((candidate, driven)) = candidate {
            // Not read in this turn of the event loop, because `ready` is emitted first.
            return self.accept(env, connection.id(), candidate, driven);
        }
        // Received replies are read before overdue calls are expired.
        self.run(connection.id());
        if !connection.maintain() {
            // Makes the event loop wait until the socket is writable.
            self.run(connection.id());
        }
    }

    fn forget_lost(&self, connection: &Connection) {
        let is_lost = |served: &mut Served| !connection.is_served(served.generation);
        let mut watches = self.watches.borrow_mut();
        if watches.get_mut(&connection.id()).is_some_and(is_lost) {
            watches.remove(&connection.id());
        }
    }

    /// A connection that cannot be watched is rejected, before anything is sent on it.
    fn accept(&self, env: Env, id: ConnectionId, candidate: Candidate, driven: Driven) {
        let socket = candidate.socket().as_raw_fd();
        match self.event_loop.watch(socket, Box::new(OnLoop { env, driven })) {
            Ok(watch) => {
                let served = Served { generation: candidate.generation(), watch: Rc::new(watch) };
                self.watches.borrow_mut().insert(id, served);
                candidate.accept();
            }
            Err(error) => candidate.reject(&not_watched(&error)),
        }
    }

    fn run(&self, id: ConnectionId) {
        let served = self.watches.borrow().get(&id).cloned();
        if let Some(Served { watch, .. }) = served {
            watch.run();
        }
    }
}

/// A panic must not unwind into Node-API, which would abort the process.
fn wake_up(driver: &Weak<Driver>, env: Env, connection: &Connection) {
    if let Some(driver) = driver.upgrade() {
        drop(catch_unwind(AssertUnwindSafe(|| driver.serve(env, connection))));
    }
}

fn not_watched(error: &std::io::Error) -> Error {
    Error::from_io("the event loop cannot watch the socket", error)
}

/// A connection whose socket the event loop watches.
struct OnLoop {
    env: Env,
    driven: Driven,
}

impl Watcher for OnLoop {
    fn on_ready(&mut self) -> Interest {
        // SAFETY: called by the event loop, or by the driver that it woke: on its thread, without JavaScript on the
        // stack.
        let _scope = unsafe { CallbackScope::enter(self.env) };
        match self.driven.on_ready() {
            WaitFor::Replies => Interest::Readable,
            WaitFor::RepliesAndRoom => Interest::ReadableAndWritable,
            WaitFor::Nothing => Interest::Nothing,
        }
    }

    fn on_failure(&mut self, error: &std::io::Error) {
        self.driven.disconnected(&not_watched(error));
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};
    use std::ptr::null_mut;

    use super::*;
    use crate::napi::event_loop::scripted;
    use crate::transport::Wire;

    /// A server that reads everything and never replies.
    struct Mute;

    impl Wire for Mute {
        fn read(&self, _: &mut [u8]) -> io::Result<usize> {
            Err(ErrorKind::WouldBlock.into())
        }

        fn write(&self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }
    }

    fn candidate() -> Connection {
        Connection::with_candidate(Arc::new(Mute), &(Arc::new(|_| {}) as WakeDriver))
    }

    #[test]
    fn a_connection_that_cannot_be_watched_is_rejected_and_the_others_are_served() {
        let driver = Driver::new(scripted(1, u32::MAX));
        let (rejected, other) = (candidate(), candidate());
        let generations = [rejected.generation(), other.generation()];
        for connection in [&rejected, &other] {
            // Nothing is delivered, so the environment is never used.
            driver.serve(Env::from_raw(null_mut()), connection);
        }
        assert!(!rejected.is_served(generations[0]) && other.is_served(generations[1]));
        let outage = rejected.outage().map(|error| error.to_string()).unwrap_or_default();
        assert!(outage.contains("the event loop cannot watch the socket"), "{outage}");
        assert_eq!(other.outage().map(|error| error.to_string()), None);
    }

    #[test]
    fn lost_connections_are_dropped() {
        let driver = Driver::new(scripted(0, u32::MAX));
        let connection = candidate();
        let serve = || driver.serve(Env::from_raw(null_mut()), &connection);
        serve();
        assert_eq!(driver.watches.borrow().len(), 1);
        connection.close(Error::closed());
        serve();
        assert_eq!(driver.watches.borrow().len(), 0);
    }
}
