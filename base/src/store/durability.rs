//! Checks the database's durability settings, on which Parom's answer "stored" relies.

use std::fmt;

use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::Store;

/// The settings that decide whether a commit survives, as reported by the running database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Durability {
    /// Setting, actual value, required value (for people).
    unsafe_settings: Vec<(String, String, &'static str)>,
    summary: String,
}

impl Durability {
    /// Whether an acknowledged commit survives a power failure.
    pub fn is_safe(&self) -> bool {
        self.unsafe_settings.is_empty()
    }

    /// The settings by which a commit can be lost: name, value, required value.
    pub fn unsafe_settings(&self) -> &[(String, String, &'static str)] {
        &self.unsafe_settings
    }

    /// The settings as a short text.
    pub fn summary(&self) -> &str {
        &self.summary
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_safe() {
            return formatter.write_str(&self.summary);
        }
        for (index, (setting, value, wanted)) in self.unsafe_settings.iter().enumerate() {
            let gap = if index == 0 { "" } else { "; " };
            write!(formatter, "{gap}{setting} is {value}, set it to {wanted} and restart")?;
        }
        Ok(())
    }
}

/// Reads the settings. A refusal cannot be overridden.
pub async fn check(store: &Store) -> Result<Durability, DbErr> {
    let wanted: &[(&str, &[&str], &str)] = if store.is_sqlite() {
        &[("journal_mode", &["wal"], "wal"), ("synchronous", &["2", "3"], "FULL")]
    } else {
        &[
            ("fsync", &["on"], "on"),
            ("synchronous_commit", &["on", "remote_write", "remote_apply"], "on"),
            ("full_page_writes", &["on"], "on"),
        ]
    };
    let mut unsafe_settings = Vec::new();
    let mut summary = Vec::new();
    for (setting, accepted, advice) in wanted {
        let value = read(store, setting).await?;
        if !accepted.contains(&value.as_str()) {
            unsafe_settings.push(((*setting).to_owned(), value.clone(), *advice));
        }
        summary.push(format!("{setting} {value}"));
    }
    Ok(Durability { unsafe_settings, summary: summary.join(", ") })
}

async fn read(store: &Store, setting: &str) -> Result<String, DbErr> {
    let text = if store.is_sqlite() { format!("PRAGMA {setting}") } else { format!("SHOW {setting}") };
    let row = store.write().query_one_raw(Statement::from_string(store.backend(), text)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound(setting.to_owned()))?;
    // SQLite returns the mode as text and the level as a number.
    row.try_get_by_index::<String>(0).or_else(|_| row.try_get_by_index::<i64>(0).map(|number| number.to_string()))
}
