//! Filters and orders of lists: www.amocrm.ru/developers/content/crm_platform/filters-api. What a kind does not have is ignored.

use serde_json::Value;

use crate::kit::Call;

/// The parameters `filter[…]` of a request: a path of names and a value each.
pub(crate) struct Filter<'a>(Vec<(Vec<&'a str>, &'a str)>);

/// Other names of fields, of older documents and of clients.
fn alias(field: &str) -> &str {
    match field {
        "names" => "name",
        "task_type" => "task_type_id",
        "entity" => "entity_type",
        "pipe" => "pipeline_id",
        other => other,
    }
}

/// A value in the form of a parameter.
fn plain(value: &Value) -> String {
    match value {
        Value::Bool(flag) => u8::from(*flag).to_string(),
        Value::String(text) => text.to_lowercase(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn is_among(value: &Value, given: &str) -> bool {
    let value = plain(value);
    given.to_lowercase().split(',').any(|one| match one.trim() {
        "true" => value == "1" || value == "true",
        "false" => value == "0" || value == "false",
        one => one == value,
    })
}

/// Whether a number is between `from` and `to`, or a value is one of the given.
fn is_in(value: &Value, given: &[(&[&str], &str)]) -> bool {
    let limit = |name: &str| {
        let found = given.iter().find(|(path, _)| path.first() == Some(&name));
        found.and_then(|(_, text)| text.parse::<i64>().ok())
    };
    match (limit("from"), limit("to")) {
        (None, None) => given.iter().any(|(_, one)| is_among(value, one)),
        (from, to) => {
            let number = value.as_i64().or_else(|| plain(value).parse().ok());
            number.is_some_and(|number| from.is_none_or(|from| number >= from) && to.is_none_or(|to| number <= to))
        }
    }
}

impl<'a> Filter<'a> {
    /// What lets every row pass.
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn of(call: &'a Call) -> Self {
        let path = |key: &'a str| Some(key.strip_prefix("filter[")?.strip_suffix(']')?.split("][").collect());
        let all = call.query.iter();
        Self(all.filter_map(|(key, value)| Some((path(key)?, value.as_str()))).collect())
    }

    /// Without the names that are no fields of rows.
    pub(crate) fn but(mut self, names: &[&str]) -> Self {
        self.0.retain(|(path, _)| !path.first().is_some_and(|name| names.contains(name)));
        self
    }

    /// The given values of a field, split at commas.
    pub(crate) fn values(&self, field: &str) -> Vec<&'a str> {
        let given = self.0.iter().filter(|(path, _)| path.first() == Some(&field));
        given.flat_map(|(_, value)| value.split(',')).collect()
    }

    /// Whether a row is asked for, whose fields `value` gives; the values of its custom fields are an object by their ids.
    pub(crate) fn fits(&self, value: &dyn Fn(&str) -> Option<Value>) -> bool {
        self.0.iter().filter_map(|(path, _)| path.first()).all(|field| {
            let given = self.0.iter().filter(|(path, _)| path.first() == Some(field));
            let given: Vec<(&[&str], &str)> =
                given.map(|(path, one)| (path.get(1..).unwrap_or_default(), *one)).collect();
            match *field {
                "statuses" | "lead_statuses" => Self::has_step(value, &given),
                "custom_fields_values" => Self::has_values(value, &given),
                name => value(alias(name)).is_none_or(|value| is_in(&value, &given)),
            }
        })
    }

    /// Pairs of pipeline and stage.
    fn has_step(value: &dyn Fn(&str) -> Option<Value>, given: &[(&[&str], &str)]) -> bool {
        given.iter().any(|(path, _)| {
            let of_pair = given.iter().filter(|(other, _)| other.first() == path.first());
            let mut of_pair = of_pair.map(|(other, one)| (other.last().copied().unwrap_or_default(), one));
            of_pair.all(|(field, one)| value(field).is_some_and(|value| is_among(&value, one)))
        })
    }

    /// Every named field has one of the given values.
    fn has_values(value: &dyn Fn(&str) -> Option<Value>, given: &[(&[&str], &str)]) -> bool {
        let all = value("custom_fields_values").unwrap_or_default();
        given.iter().filter_map(|(path, _)| path.first()).all(|id| {
            let of_field = given.iter().filter(|(path, _)| path.first() == Some(id));
            let of_field: Vec<(&[&str], &str)> =
                of_field.map(|(path, one)| (path.get(1..).unwrap_or_default(), *one)).collect();
            all[*id].as_array().is_some_and(|values| values.iter().any(|value| is_in(value, &of_field)))
        })
    }
}

/// Sorts rows by the parameter `order[field]`, if it is given: `asc` or `desc`.
pub(crate) fn sort<T>(call: &Call, rows: &mut [T], value: impl Fn(&T, &str) -> Option<Value>) {
    let given = call.query.iter().find_map(|(key, how)| Some((key.strip_prefix("order[")?.strip_suffix(']')?, how)));
    let Some((field, how)) = given else { return };
    let key = |row: &T| value(row, field).map(|value| (value.as_i64().unwrap_or_default(), plain(&value)));
    rows.sort_by_key(key);
    if how.eq_ignore_ascii_case("desc") {
        rows.reverse();
    }
}
