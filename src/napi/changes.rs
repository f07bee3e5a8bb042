//! Passes changes of entries that were read to JavaScript, before any result that their server sent later.
//!
//! They wait in [`Changes`]. The thread that passes a result takes them first, in the same turn of the event loop; a wake-up
//! takes those that no result follows.

use std::sync::{Arc, OnceLock, Weak};

use napi::bindgen_prelude::{FnArgs, Function, FunctionRef, JsValue, JsValuesTupleIntoVec};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status};

use super::scope::CallbackScope;
use super::text::TextOut;
use crate::connection::Changes;
use crate::connection::tracking::changes::Changed;
use crate::keyspace::Keyspace;

/// The arguments of the callback: names of entries, or null.
pub type ChangeArgs = FnArgs<(Option<Vec<TextOut>>,)>;
/// Weak: it does not keep the process alive.
type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

pub struct Reporter {
    changes: Arc<Changes>,
    on_changes: FunctionRef<ChangeArgs, ()>,
}

impl Reporter {
    pub fn new(
        env: &Env,
        keyspace: Keyspace,
        on_changes: Function<ChangeArgs, ()>,
    ) -> napi::Result<Arc<Self>> {
        let this: Arc<OnceLock<Weak<Reporter>>> = Arc::default();
        let wake = waker(env, this.clone())?;
        let in_scope = this.clone();
        let changes = Changes::new(keyspace, move || {
            let scope = CallbackScope::current();
            match scope.and_then(|scope| Some((scope, in_scope.get()?.upgrade()?))) {
                Some((scope, reporter)) => reporter.report(scope),
                None => {
                    wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
                }
            }
        });
        let reporter =
            Arc::new(Reporter { changes: Arc::new(changes), on_changes: on_changes.create_ref()? });
        this.get_or_init(|| Arc::downgrade(&reporter));
        Ok(reporter)
    }

    pub fn changes(&self) -> Arc<Changes> {
        self.changes.clone()
    }

    /// Passes what waits, if anything does.
    pub fn report(&self, scope: CallbackScope) {
        let Some(args) = self.take() else { return };
        let called =
            scope.call(|env| Ok((self.on_changes.borrow_back(env)?.raw(), args.into_vec(env.raw())?)));
        // It fails only while the environment is torn down.
        drop(called);
    }

    /// The same in the callback of a threadsafe function, before that calls JavaScript.
    pub fn report_in_callback(&self, env: &Env) {
        let Some(args) = self.take() else { return };
        drop(self.on_changes.borrow_back(env).and_then(|on_changes| on_changes.call(args)));
    }

    fn take(&self) -> Option<ChangeArgs> {
        let names = match self.changes.take()? {
            Changed::Names(names) => Some(names.into_iter().map(TextOut).collect()),
            Changed::Any => None,
        };
        Some((names,).into())
    }
}

/// The work is done in the callback that normally converts arguments, where no JavaScript is on the stack; the JavaScript
/// function called after it does nothing.
fn waker(env: &Env, reporter: Arc<OnceLock<Weak<Reporter>>>) -> napi::Result<Wake> {
    let no_op = env.create_function_from_closure::<(), (), _>("redisStateChanges", |_| Ok(()))?;
    no_op.build_threadsafe_function().weak::<true>().build_callback(move |context| {
        if let Some(reporter) = reporter.get().and_then(Weak::upgrade) {
            reporter.report_in_callback(&context.env);
        }
        Ok(())
    })
}
