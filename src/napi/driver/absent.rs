//! In place of the event-loop driver on systems where libuv cannot watch a socket that it did not open: threads of the
//! runtime read and write all connections.

use std::rc::Rc;

use napi::Env;

use crate::connection::WakeDriver;

/// Has no values.
pub enum Driver {}

impl Driver {
    pub fn of(_: &Env) -> Option<Rc<Self>> {
        None
    }

    pub fn waker(self: &Rc<Self>, _: &Env) -> napi::Result<WakeDriver> {
        match **self {}
    }

    pub fn close(&self) {
        match *self {}
    }
}
