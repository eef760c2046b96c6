//! A configuration as a person asks about it: everything that is wrong with it at once, and what is in effect and why.

use std::collections::BTreeSet;
use std::fmt::Write;

use config::{File, FileFormat, Source, Value, ValueKind};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ConfigError;
use super::integration_text::quoted;
use super::load::{uncommented, without_positions};
use super::sources::{Given, Sources, Table, holds_tables, is_secret, leaves, name_and_position, place, remove};

/// Faults after which no more are looked for.
const MOST_FAULTS: usize = 200;
/// What a secret is shown as.
const MASK: &str = "***";

/// Something that is wrong with a configuration.
#[derive(Debug)]
pub struct Fault {
    pub error: ConfigError,
    /// The line of the file, if the setting or its block stands there.
    pub line: Option<usize>,
}

impl Sources {
    /// Everything that is wrong, each setting once. Behind a fault the rest is read as if the setting had the value that
    /// the default file shows.
    pub fn faults(&self) -> Vec<Fault> {
        let mut given = match self.given() {
            Ok(given) => given,
            Err(error) => return vec![Fault { error, line: None }],
        };
        let mut errors = std::mem::take(&mut given.faults);
        let examples = examples();
        let mut seen = BTreeSet::new();
        while let Err(error) = given.config() {
            let Some(key) = error.key().map(|key| without_last_position(key).to_owned()) else {
                errors.push(error);
                break;
            };
            let is_new = seen.insert(key.clone());
            let mended = match example(&examples, &key).filter(|_| is_new) {
                Some(example) => put(&mut given, &key, example),
                None => remove(&mut given.merged, &key),
            };
            if is_new {
                errors.push(error);
            }
            if (!mended && !is_new) || errors.len() >= MOST_FAULTS {
                break;
            }
            if !mended && !remove(&mut given.merged, &key) {
                break;
            }
        }
        let line = |error: &ConfigError| {
            let key = error.key().filter(|_| error.variable().is_none())?;
            line(&self.text, without_last_position(key))
        };
        errors.into_iter().map(|error| Fault { line: line(&error), error }).collect()
    }

    /// The settings in effect as TOML, each with where it comes from, secrets masked. What is not shown is unset.
    pub fn printed(&self) -> Result<String, ConfigError> {
        let given = self.given()?;
        self.config()?;
        let mut text =
            format!("# The settings in effect. Secrets are shown as \"{MASK}\"; what is not shown is unset.\n");
        let examples = examples();
        Print { sources: self, given: &given, examples: &examples, text: &mut text }.table("", "", &given.merged);
        Ok(text)
    }
}

impl ConfigError {
    /// The setting that is wrong.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Unknown { key, .. } | Self::Invalid { key, .. } => Some(key),
            Self::Unreadable { .. } | Self::Syntax { .. } => None,
        }
    }

    fn variable(&self) -> Option<&str> {
        match self {
            Self::Unknown { variable, .. } | Self::Invalid { variable, .. } => variable.as_deref(),
            Self::Unreadable { .. } | Self::Syntax { .. } => None,
        }
    }
}

/// What the default file shows for each setting.
fn examples() -> Table {
    File::from_str(&uncommented(), FileFormat::Toml).collect().unwrap_or_default()
}

/// The value that the default file shows for a setting.
fn example<'a>(examples: &'a Table, key: &str) -> Option<&'a Value> {
    let wanted = without_positions(key);
    leaves(examples).into_iter().find(|(key, _)| without_positions(key) == wanted).map(|(_, value)| value)
}

fn put(given: &mut Given, key: &str, value: &Value) -> bool {
    let Some((table, name)) = place(&mut given.merged, key) else { return false };
    table.insert(name.to_owned(), value.clone());
    true
}

/// `plans.warn_days[1]` → `plans.warn_days`
fn without_last_position(key: &str) -> &str {
    key.strip_suffix(']').and_then(|key| key.rsplit_once('[')).map_or(key, |(list, _)| list)
}

/// The line on which a setting stands, else the one on which its block begins.
fn line(text: &str, key: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let mut table = document.get_ref();
    let mut at = None;
    for part in key.split('.') {
        let (name, position) = name_and_position(part);
        let Some((name, mut value)) = table.iter().find(|(own, _)| own.get_ref() == name) else { break };
        at = Some(name.span().start);
        if let (DeValue::Array(items), Some(position)) = (value.get_ref(), position) {
            let Some(item) = items.get(position.parse::<usize>().ok()?) else { break };
            value = item;
            at = Some(Spanned::span(item).start);
        }
        let DeValue::Table(inner) = value.get_ref() else { break };
        table = inner;
    }
    at.and_then(|at| text.get(..at)).map(|before| before.matches('\n').count() + 1)
}

/// Writes tables as TOML.
struct Print<'a> {
    sources: &'a Sources,
    given: &'a Given,
    examples: &'a Table,
    text: &'a mut String,
}

impl Print<'_> {
    /// A table: `header` is its name in TOML, `key` with list positions. Writing to a String cannot fail.
    fn table(&mut self, header: &str, key: &str, table: &Table) {
        let mut names: Vec<&String> = table.keys().collect();
        names.sort();
        let below = |of: &str, name: &str| if of.is_empty() { name.to_owned() } else { format!("{of}.{name}") };
        for name in &names {
            let Some(value) = table.get(*name) else { continue };
            let key = below(key, name);
            let shown = match &value.kind {
                ValueKind::Nil | ValueKind::Table(_) => continue,
                ValueKind::Array(items) if holds_tables(items) => continue,
                _ if is_secret(&key) => quoted(MASK),
                _ => self.shown(&key, value),
            };
            let _ = writeln!(self.text, "{name} = {shown}  # {}", self.origin(&key));
        }
        for name in names {
            let Some(value) = table.get(name) else { continue };
            let (header, key) = (below(header, name), below(key, name));
            match &value.kind {
                ValueKind::Table(inner) => {
                    let _ = writeln!(self.text, "\n[{header}]");
                    self.table(&header, &key, inner);
                }
                ValueKind::Array(items) if holds_tables(items) => {
                    for (position, item) in items.iter().enumerate() {
                        let _ = writeln!(self.text, "\n[[{header}]]");
                        if let ValueKind::Table(inner) = &item.kind {
                            self.table(&header, &format!("{key}[{position}]"), inner);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// A value in TOML. What the environment says is text: it is shown as what the setting is.
    fn shown(&self, key: &str, value: &Value) -> String {
        match &value.kind {
            ValueKind::String(text) => {
                let is_text =
                    example(self.examples, key).is_none_or(|example| matches!(example.kind, ValueKind::String(_)));
                if is_text { quoted(text) } else { text.clone() }
            }
            ValueKind::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.shown("", item)).collect();
                format!("[{}]", items.join(", "))
            }
            other => other.to_string(),
        }
    }

    /// Where a value comes from.
    fn origin(&self, key: &str) -> String {
        let is_of = |of: &str| of.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('['));
        let named = self.given.set_by.iter().filter(|(of, _)| is_of(of)).map(|(_, by)| by.as_str());
        let named: Vec<&str> = named.collect();
        if !named.is_empty() {
            return named.join(", ");
        }
        if !leaves(&self.given.set).contains_key(key) {
            return "default".to_owned();
        }
        let line = line(&self.sources.text, key).map(|line| format!(":{line}"));
        format!("{}{}", self.sources.origin, line.unwrap_or_default())
    }
}
