//! Views: stores on the connections of another one, with other names of entries.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use napi::De;
use napi::bindgen_prelude::{Function, Object};
use napi_derive::napi;

use super::{NativeStore, Opened, Thrown, internal, thrown};
use crate::error::Error;
use crate::napi::delivery::Delivery;
use crate::napi::driver::Driver;
use crate::napi::reply::ChunkArgs;
use crate::options::{Callbacks, Options};

/// Counts the stores that use the same connections. The last one that is closed closes them.
pub(super) struct Sharing {
    /// `None`: threads of the runtime read and write the command connections.
    driver: Option<Rc<Driver>>,
    users: Cell<u32>,
}

impl Sharing {
    pub fn of(driver: Option<Rc<Driver>>) -> Self {
        Sharing { driver, users: Cell::new(1) }
    }

    fn join(self: &Rc<Self>) -> Rc<Self> {
        self.users.set(self.users.get() + 1);
        self.clone()
    }

    /// Returns whether no other store uses the connections.
    pub fn leave(&self) -> bool {
        self.users.set(self.users.get() - 1);
        let is_last = self.users.get() == 0;
        if let Some(driver) = self.driver.as_ref().filter(|_| is_last) {
            driver.close();
        }
        is_last
    }
}

#[napi]
impl NativeStore {
    /// Opens a store on the connections of this one, of which only the names of entries and the options of writes differ:
    /// of `options`, those that say where and how to connect have no effect. The connections are closed with the last
    /// of both; `abort` of one of them fails the calls of both. Events of the connections are not reported to it.
    #[napi(catch_unwind)]
    pub fn view(
        &self,
        options: Object,
        #[napi(
            ts_arg_type = "(batch: number, last: boolean, values: string, failures?: Array<NativeFailure>, separate?: Array<NativeSeparateValue>, bytes?: Uint8Array) => void"
        )]
        on_settled: Function<ChunkArgs, ()>,
    ) -> Result<NativeStore, Thrown> {
        let opened = self.opened().ok_or_else(Error::closed).map_err(thrown)?;
        let delivery = Delivery::new(on_settled, opened.delivery.reporter()).map_err(internal)?;
        let options = Options::parse(&mut De::new(&options));
        let config = options.and_then(|options| options.into_config(Callbacks::default())).map_err(thrown)?;
        let rules = config.rules();
        let opened = Opened { store: Arc::new(opened.store.view(config)), delivery: Arc::new(delivery) };
        Ok(Self::of(opened, rules, self.sharing.join(), true))
    }
}
