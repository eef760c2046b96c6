//! List messages: a text with a button that opens sections of rows, as WhatsApp shows them.

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A list message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ListMessage {
    /// Above the text, at most 60 characters.
    #[serde(default)]
    pub header: String,
    /// The text, 1 to 1024 characters.
    pub body: String,
    /// Below the text, at most 60 characters.
    #[serde(default)]
    pub footer: String,
    /// Text of the button that opens the list.
    pub button: String,
    /// 1 to 10 sections.
    pub sections: Vec<Section>,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Section {
    /// At most 24 characters.
    #[serde(default)]
    pub title: String,
    /// 1 to 10 rows.
    pub rows: Vec<ListRow>,
}

/// A row that the customer can choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ListRow {
    /// Returned as `callback_data` when the row is chosen; generated if empty.
    #[serde(default)]
    pub callback_data: String,
    /// Title of the row.
    pub title: String,
    /// Description below it.
    #[serde(default)]
    pub description: String,
}

impl ListMessage {
    /// Gives every row its `callback_data` and rejects fields longer than documented.
    pub(crate) fn completed(mut self) -> Result<Self> {
        for (name, text, limit) in
            [("header", &self.header, 60), ("body", &self.body, 1024), ("footer", &self.footer, 60)]
        {
            at_most(name, text, limit)?;
        }
        if self.body.is_empty() || self.button.is_empty() {
            bail!("a list message needs a body and a button");
        }
        if !(1..=10).contains(&self.sections.len()) {
            bail!("a list message has 1 to 10 sections");
        }
        for section in &mut self.sections {
            at_most("a section's title", &section.title, 24)?;
            if !(1..=10).contains(&section.rows.len()) {
                bail!("a section has 1 to 10 rows");
            }
            for row in section.rows.iter_mut().filter(|row| row.callback_data.is_empty()) {
                row.callback_data = Uuid::new_v4().simple().to_string().chars().take(8).collect();
            }
        }
        Ok(self)
    }
}

fn at_most(name: &str, text: &str, limit: usize) -> Result<()> {
    if text.chars().count() > limit {
        bail!("{name} is longer than {limit} characters");
    }
    Ok(())
}
