//! Texts that cross to and from JavaScript, with as few passes over them as possible.

use std::ptr::null_mut;

use napi::bindgen_prelude::{FromNapiValue, ToNapiValue, TypeName, ValidateNapiValue};
use napi::{ValueType, check_status, sys};

/// Maximum number of bytes in UTF-8 for a UTF-16 unit.
const BYTES_PER_UNIT: usize = 3;

/// A text from JavaScript.
#[derive(Debug)]
pub struct TextIn(String);

impl TextIn {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromNapiValue for TextIn {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Self> {
        let (mut units, mut written) = (0, 0);
        // SAFETY: the caller guarantees `env` and `value`; the second call writes no more than the capacity, and V8
        // writes only complete characters.
        unsafe {
            // Without a buffer, latin1 returns the length that V8 stores; UTF-8 would count it.
            check_status!(sys::napi_get_value_string_latin1(env, value, null_mut(), 0, &mut units))?;
            let mut bytes: Vec<u8> = Vec::with_capacity(units * BYTES_PER_UNIT + 1);
            let (buffer, size) = (bytes.as_mut_ptr().cast(), bytes.capacity());
            check_status!(sys::napi_get_value_string_utf8(env, value, buffer, size, &mut written))?;
            bytes.set_len(written);
            Ok(TextIn(String::from_utf8_unchecked(bytes)))
        }
    }
}

impl TypeName for TextIn {
    fn type_name() -> &'static str {
        "String"
    }

    fn value_type() -> ValueType {
        ValueType::String
    }
}

impl ValidateNapiValue for TextIn {}

/// A text to JavaScript.
#[derive(Debug)]
pub struct TextOut(pub String);

impl ToNapiValue for TextOut {
    unsafe fn to_napi_value(env: sys::napi_env, TextOut(text): Self) -> napi::Result<sys::napi_value> {
        // V8 copies latin1 without decoding it.
        let create =
            if text.is_ascii() { sys::napi_create_string_latin1 } else { sys::napi_create_string_utf8 };
        let mut value = null_mut();
        // SAFETY: the caller guarantees `env`; the text outlives the call.
        check_status!(unsafe { create(env, text.as_ptr().cast(), text.len() as isize, &mut value) })?;
        Ok(value)
    }
}
