//! The parameters of a `url`, after its "?".

use std::borrow::Cow;

use super::setting::{ClientName, Secret};
use super::{Database, invalid};
use crate::error::Error;

const KNOWN: &str = "database (or db), username (or user), password (or pass), name and tls (or ssl)";

/// A longer name may be a password, and is not shown.
const MAX_NAME: usize = 32;

#[derive(Default)]
pub struct Parameters {
    pub database: Option<Database>,
    pub username: Option<Secret>,
    pub password: Option<Secret>,
    pub name: Option<ClientName>,
    pub tls: Option<bool>,
}

impl Parameters {
    pub fn parse<'a>(pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Result<Self, Error> {
        let mut parameters = Parameters::default();
        for (name, value) in pairs {
            parameters.add(&name, &value)?;
        }
        Ok(parameters)
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let text = (!value.is_empty()).then(|| Secret(value.to_owned()));
        match name {
            "database" | "db" => {
                let database = value.parse().ok().and_then(Database::new);
                set(&mut self.database, name, database, "a whole number of 0 or more")
            }
            "username" | "user" => set(&mut self.username, name, text, "a name"),
            "password" | "pass" => set(&mut self.password, name, text, "a password"),
            "name" => {
                let name_given = ClientName::new(value);
                set(&mut self.name, name, name_given, "printable ASCII characters without spaces")
            }
            "tls" | "ssl" => set(&mut self.tls, name, bool_of(value), "true or false"),
            unknown => Err(unknown_parameter(unknown, value)),
        }
    }
}

/// The message does not contain the value, which may be a password.
fn set<T>(field: &mut Option<T>, name: &str, value: Option<T>, expected: &str) -> Result<(), Error> {
    if field.is_some() {
        return Err(invalid("url", &format!("the parameter {name} is given twice")));
    }
    *field = Some(value.ok_or_else(|| invalid("url", &format!("the parameter {name} must be {expected}")))?);
    Ok(())
}

fn bool_of(value: &str) -> Option<bool> {
    match value {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Does not show a name with characters other than letters, or without a value: it may be a password.
fn unknown_parameter(name: &str, value: &str) -> Error {
    let is_of_letters = name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let is_shown = is_of_letters && name.len() <= MAX_NAME && !value.is_empty();
    let named = if is_shown { format!("the parameter {name}") } else { "a parameter".to_owned() };
    invalid("url", &format!("{named} has no meaning here: there are {KNOWN}; other options stand beside url"))
}
