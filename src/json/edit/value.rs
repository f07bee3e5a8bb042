//! A value that is being edited.

use super::Change;
use super::array::Array;
use super::limits::Steps;
use super::name::Name;
use super::number::sum;
use super::object::{self, Object};
use super::parts::{Part, write_added};
use crate::error::Error;

/// A JSON value: the text that it had or was set to, or an object or array whose parts are edited.
#[derive(Debug)]
pub enum Value<'a> {
    Text(&'a str),
    Sum(String),
    /// The text of an array, with appended elements. To append, the elements of the text need not be found, as they must
    /// be for an [`Array`]: that takes time and counts as steps.
    Appended(&'a str, Vec<Value<'a>>),
    Object(Object<'a, Value<'a>>),
    Array(Array<'a, Value<'a>>),
}

/// Applies edits, and counts their cost.
#[derive(Debug, Default)]
pub struct Editor {
    steps: Steps,
    /// The result of the last increment.
    pub sum: Option<String>,
}

impl Editor {
    /// Applies a change to the part at the path `names`, and returns the edited value. `None`: there is no value, before
    /// or after the change.
    pub fn edit<'a>(
        &mut self,
        value: Option<Value<'a>>,
        names: &[Name<'a>],
        change: Change<'a>,
    ) -> Result<Option<Value<'a>>, Error> {
        let Some((name, rest)) = names.split_first() else { return self.change(value, change) };
        let Some(value) = value else {
            let inner = self.edit(None, rest, change)?;
            return Ok(inner.map(|inner| Value::Object(Object::with(name, inner))));
        };
        match self.open(value)? {
            Value::Object(mut object) => {
                let inner = self.edit(object.take(name), rest, change)?;
                object.put(name, inner);
                Ok(Some(Value::Object(object)))
            }
            Value::Array(mut array) => {
                let inner = self.edit(array.take(name), rest, change)?;
                array.put(name, inner)?;
                Ok(Some(Value::Array(array)))
            }
            _ => Err(Error::mismatch(&format!("there is no object or array for {}", name.json))),
        }
    }

    fn change<'a>(
        &mut self,
        value: Option<Value<'a>>,
        change: Change<'a>,
    ) -> Result<Option<Value<'a>>, Error> {
        Ok(match change {
            Change::Set(json) => Some(Value::Text(json)),
            Change::Remove => None,
            Change::Increment(by) => {
                let sum = sum(value.as_ref().map(Value::scalar), by)?;
                self.sum = Some(sum.clone());
                Some(Value::Sum(sum))
            }
            Change::Append(json) => Some(appended(value, json)?),
            Change::Merge(json) => Some(self.merged(value, json)?),
        })
    }

    fn merged<'a>(&mut self, value: Option<Value<'a>>, json: &'a str) -> Result<Value<'a>, Error> {
        let Some(value) = value else { return Ok(Value::Text(json)) };
        let Value::Object(mut object) = self.open(value)? else {
            return Err(Error::mismatch("what is to be merged into is not an object"));
        };
        for member in object::members(json) {
            object.put(&member.name(json), Some(Value::Text(member.value(json))));
        }
        Ok(Value::Object(object))
    }

    /// Opens a container; returns any other value unchanged.
    fn open<'a>(&mut self, value: Value<'a>) -> Result<Value<'a>, Error> {
        Ok(match value {
            Value::Text(text) if text.starts_with('{') => Value::Object(Object::open(text, &mut self.steps)?),
            Value::Text(text) if text.starts_with('[') => {
                Value::Array(Array::open(text, Vec::new(), &mut self.steps)?)
            }
            Value::Appended(text, added) => Value::Array(Array::open(text, added, &mut self.steps)?),
            other => other,
        })
    }
}

fn appended<'a>(value: Option<Value<'a>>, json: &'a str) -> Result<Value<'a>, Error> {
    let added = Value::Text(json);
    Ok(match value {
        None => Value::Appended("[]", vec![added]),
        Some(Value::Text(text)) if text.starts_with('[') => Value::Appended(text, vec![added]),
        Some(Value::Appended(text, mut list)) => {
            list.push(added);
            Value::Appended(text, list)
        }
        Some(Value::Array(mut array)) => {
            array.append(added);
            Value::Array(array)
        }
        Some(_) => return Err(Error::mismatch("what is to be appended to is not an array")),
    })
}

impl Value<'_> {
    /// The text; empty for a container, which is not a number.
    fn scalar(&self) -> &str {
        match self {
            Value::Text(text) => text,
            Value::Sum(text) => text,
            Value::Appended(..) | Value::Object(_) | Value::Array(_) => "",
        }
    }
}

impl<'a> Part<'a> for Value<'a> {
    fn unedited(text: &'a str) -> Self {
        Value::Text(text)
    }

    fn write(&self, whole: &mut String) {
        match self {
            Value::Text(text) => whole.push_str(text),
            Value::Sum(text) => whole.push_str(text),
            Value::Appended(text, added) => {
                let inner = text[1..text.len() - 1].trim_ascii();
                whole.push_str(&text[..text.len() - 1]);
                write_added(added.iter().map(|value| (None, value)), !inner.is_empty(), whole);
                whole.push(']');
            }
            Value::Object(object) => object.write(whole),
            Value::Array(array) => array.write(whole),
        }
    }
}
