//! Whether native code may call JavaScript directly, which requires that no JavaScript is on the stack.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::null_mut;

use napi::{Env, check_status, sys};

thread_local! {
    /// The environment that may be called directly.
    static CURRENT: Cell<Option<Env>> = const { Cell::new(None) };
}

/// Exists while the event loop runs native code: results can be delivered directly.
///
/// Only a value of this type calls JavaScript, and the scope is suspended during the call. So a native method that this
/// JavaScript calls finds no scope, and settles nothing before it returns.
#[derive(Clone, Copy)]
pub struct CallbackScope {
    env: Env,
    /// Bound to the thread of `env`.
    _local: PhantomData<*const ()>,
}

/// Restores the previous scope when it is dropped, also by a panic.
#[must_use = "the scope is left when this is dropped"]
pub struct Restore {
    before: Option<Env>,
    _local: PhantomData<*const ()>,
}

impl CallbackScope {
    /// Until the returned value is dropped, JavaScript may be called directly.
    ///
    /// # Safety
    ///
    /// Must be called on the thread of `env`, without JavaScript on the stack.
    #[cfg(unix)]
    pub unsafe fn enter(env: Env) -> Restore {
        Restore::replacing(Some(env))
    }

    /// Until the returned value is dropped, JavaScript may not be called directly.
    pub fn suspend() -> Restore {
        Restore::replacing(None)
    }

    /// The scope of this thread, if there is one.
    pub fn current() -> Option<Self> {
        CURRENT.get().map(|env| CallbackScope { env, _local: PhantomData })
    }

    pub fn env(&self) -> &Env {
        &self.env
    }

    /// Calls a function as the event loop does: with its own handle scope, and followed by its microtasks.
    pub fn call(
        &self,
        prepare: impl FnOnce(&Env) -> napi::Result<(sys::napi_value, Vec<sys::napi_value>)>,
    ) -> napi::Result<()> {
        let _suspended = Self::suspend();
        // SAFETY: the caller of `enter` guarantees that JavaScript may be called; the handle scope outlives its values.
        unsafe {
            let env = self.env.raw();
            let mut handles = null_mut();
            check_status!(sys::napi_open_handle_scope(env, &mut handles))?;
            let called = prepare(&self.env).and_then(|(function, args)| make_callback(env, function, &args));
            check_status!(sys::napi_close_handle_scope(env, handles))?;
            called
        }
    }
}

impl Restore {
    fn replacing(current: Option<Env>) -> Self {
        Restore { before: CURRENT.replace(current), _local: PhantomData }
    }
}

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.before);
    }
}

/// # Safety
///
/// Must be called on the thread of `env`, in a handle scope, without JavaScript on the stack.
unsafe fn make_callback(
    env: sys::napi_env,
    function: sys::napi_value,
    args: &[sys::napi_value],
) -> napi::Result<()> {
    // SAFETY: the caller's word.
    unsafe {
        let (mut this, mut result) = (null_mut(), null_mut());
        check_status!(sys::napi_get_global(env, &mut this))?;
        let status =
            sys::napi_make_callback(env, null_mut(), this, function, args.len(), args.as_ptr(), &mut result);
        rethrow(env, status);
        Ok(())
    }
}

/// Reports an exception of the callback as uncaught, as for any callback of the event loop.
///
/// # Safety
///
/// Must be called on the thread of `env`.
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

#[cfg(all(test, unix))]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    fn is_in_scope() -> bool {
        CallbackScope::current().is_some()
    }

    fn enter() -> Restore {
        // SAFETY: nothing is called.
        unsafe { CallbackScope::enter(Env::from_raw(null_mut())) }
    }

    #[test]
    fn a_scope_lasts_until_it_is_left_or_suspended() {
        assert!(!is_in_scope());
        let entered = enter();
        assert!(is_in_scope());
        let suspended = CallbackScope::suspend();
        assert!(!is_in_scope());
        drop(suspended);
        assert!(is_in_scope());
        drop(entered);
        assert!(!is_in_scope());
    }

    #[test]
    fn a_panic_restores_the_previous_scope() {
        let panic_in = |_scope: Restore| panic!("on purpose");
        assert!(catch_unwind(|| panic_in(enter())).is_err());
        assert!(!is_in_scope());
        let _entered = enter();
        assert!(catch_unwind(|| panic_in(CallbackScope::suspend())).is_err());
        assert!(is_in_scope());
    }
}
