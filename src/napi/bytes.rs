//! Bytes that cross to JavaScript, without a copy.

use napi::bindgen_prelude::{Buffer, ToNapiValue};
use napi::sys;

/// Becomes a `Buffer`.
#[derive(Debug)]
pub struct BytesOut(pub Vec<u8>);

impl ToNapiValue for BytesOut {
    unsafe fn to_napi_value(env: sys::napi_env, BytesOut(bytes): Self) -> napi::Result<sys::napi_value> {
        // SAFETY: the caller guarantees `env`.
        unsafe { Buffer::to_napi_value(env, Buffer::from(bytes)) }
    }
}
