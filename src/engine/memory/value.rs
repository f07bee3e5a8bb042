//! What a key of the embedded store holds.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::sorted_set::SortedSet;

pub type Hash = BTreeMap<Vec<u8>, Vec<u8>>;
pub type List = VecDeque<Vec<u8>>;
pub type Set = BTreeSet<Vec<u8>>;

/// Entries are strings, of either kind. Collections are boxed, so that entries stay small.
#[derive(Clone, Debug)]
pub enum Value {
    /// A string that the methods of the adapter wrote.
    Text(Arc<str>),
    /// A string that a command wrote: any bytes.
    Bytes(Vec<u8>),
    Hash(Box<Hash>),
    List(Box<List>),
    Set(Box<Set>),
    SortedSet(Box<SortedSet>),
}

impl Value {
    /// The bytes of a string; `None` for a collection.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Text(text) => Some(text.as_bytes()),
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub fn is_string(&self) -> bool {
        matches!(self, Value::Text(_) | Value::Bytes(_))
    }

    /// The name of the type, as TYPE returns it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Text(_) | Value::Bytes(_) => "string",
            Value::Hash(_) => "hash",
            Value::List(_) => "list",
            Value::Set(_) => "set",
            Value::SortedSet(_) => "zset",
        }
    }
}

/// A type of value with elements. A key without elements does not exist.
pub trait Collection: Default {
    fn of(value: &Value) -> Option<&Self>;
    fn of_mut(value: &mut Value) -> Option<&mut Self>;
    fn into_value(self) -> Value;
    fn is_empty(&self) -> bool;
}

macro_rules! collection {
    ($($kind:ident),*) => {$(
        impl Collection for $kind {
            fn of(value: &Value) -> Option<&Self> {
                if let Value::$kind(collection) = value { Some(collection) } else { None }
            }

            fn of_mut(value: &mut Value) -> Option<&mut Self> {
                if let Value::$kind(collection) = value { Some(collection) } else { None }
            }

            fn into_value(self) -> Value {
                Value::$kind(Box::new(self))
            }

            fn is_empty(&self) -> bool {
                $kind::is_empty(self)
            }
        }
    )*};
}

collection!(Hash, List, Set, SortedSet);
