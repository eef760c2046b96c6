//! `?fields=…`: the requested fields of an object.

use serde_json::{Map, Value};

use super::error::{Answered, GraphError};

/// The object with these fields and its id; with all of `usual` if none are requested.
pub(super) fn pick(object: &Value, wanted: &[String], usual: &[&str], node: &str) -> Answered {
    let mut picked = Map::new();
    let names: Vec<&str> = if wanted.is_empty() { usual.to_vec() } else { wanted.iter().map(String::as_str).collect() };
    for name in names {
        match object.get(name) {
            Some(value) => {
                picked.insert(name.to_owned(), value.clone());
            }
            None => {
                let words = format!("Tried accessing nonexisting field ({name}) on node type ({node})");
                return Err(GraphError::parameter(&words));
            }
        }
    }
    // A field without a value is omitted.
    picked.retain(|_, value| !value.is_null());
    picked.insert("id".to_owned(), object["id"].clone());
    Ok(Value::Object(picked))
}
