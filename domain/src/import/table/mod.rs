//! Tables of any columns: what each column means is guessed from its name, shown with the first messages, and chosen by a person.
//!
//! ```text
//! file ─▶ rows (lists of cells) ─▶ guess ─▶ a person chooses ⇄ preview ─▶ messages, by the same way as an export's ─▶ counted
//!          └ stored with what is chosen, for a day: a choice outlives a process
//! ```

mod dates;
mod guess;
mod row;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use base::error::{Error, FieldError, Result};
use base::i18n::{LocalizedText, Zone};
use base::worded::worded;
use serde::{Deserialize, Serialize};

use super::dump::DateOrder;
use dates::DateSurvey;

pub(super) use row::RowReader;

worded! {
    /// What a column means.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ColumnMeaning, word {
        SentAt = "sent_at",
        /// The time of day, if the date is a column of its own.
        Time = "time",
        Text = "text",
        /// Who wrote: a direction, a role or a name.
        Sender = "sender",
        Name = "name",
        Phone = "phone",
        Email = "email",
        /// Who wrote on the account's side.
        Manager = "manager",
        /// The address of a file.
        File = "file",
        Chat = "chat",
        Id = "id",
    }
}

/// A table whose columns are being chosen. Stored with its import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub columns: Vec<Column>,
    /// The order of day and month; none if the dates show it.
    pub dates: Option<DateOrder>,
    /// The zone of times that name none; empty for the account's.
    pub zone: String,
    /// The values of the sender's column that mean the account's side.
    pub we: Vec<String>,
}

/// A column, and what its cells show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    pub meaning: Option<ColumnMeaning>,
    /// Its first different values, unless they are long. They may name customers, so they are read from the rows each time.
    #[serde(skip)]
    pub values: Vec<String>,
    dates: DateSurvey,
}

impl Column {
    /// Whether all its values are dates; numbers alone may be phones.
    fn has_dates_alone(&self) -> bool {
        let is_number = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit());
        let is_date =
            |value: &String| !is_number(value) && dates::moment(value, "", DateOrder::DayFirst, Zone::UTC).is_some();
        !self.values.is_empty() && self.values.iter().all(is_date)
    }
}

/// Values that are kept of a column, and the characters of the longest.
const VALUES: usize = 12;
const VALUE_CHARS: usize = 60;

impl Table {
    pub(super) fn of(names: &[String]) -> Self {
        let columns = names.iter().map(|name| Column { name: name.clone(), ..Column::default() });
        Self { columns: columns.collect(), ..Self::default() }
    }

    /// Notes what a row shows.
    pub(super) fn survey(&mut self, cells: &[String]) {
        self.columns.iter_mut().zip(cells).for_each(|(column, cell)| column.dates.survey(cell.trim()));
        self.sample(cells);
    }

    /// Notes the values of a row.
    pub(super) fn sample(&mut self, cells: &[String]) {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            let cell = cell.trim();
            let is_short = !cell.is_empty() && cell.chars().count() <= VALUE_CHARS;
            if is_short && column.values.len() < VALUES && !column.values.iter().any(|known| known == cell) {
                column.values.push(cell.to_owned());
            }
        }
    }

    /// Gives the columns the meanings that their names have, and finds the account's side among the senders. If no name means
    /// the date, the first column that has only dates does.
    pub(super) fn guess(&mut self) {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let meanings = guess::meanings(&names);
        self.columns.iter_mut().zip(meanings).for_each(|(column, meaning)| column.meaning = meaning);
        if self.column(ColumnMeaning::SentAt).is_none() {
            let dates = self.columns.iter_mut().find(|column| column.meaning.is_none() && column.has_dates_alone());
            dates.into_iter().for_each(|column| column.meaning = Some(ColumnMeaning::SentAt));
        }
        self.guess_us();
    }

    /// Finds the account's side among the values of the senders' column.
    pub fn guess_us(&mut self) {
        let values = self.column(ColumnMeaning::Sender).map(|column| column.values.clone()).unwrap_or_default();
        self.we = values.into_iter().filter(|value| guess::is_ours(value)).collect();
    }

    /// Says which values of the senders' column are the account's side, separated by commas.
    pub fn say_us(&mut self, names: &str) {
        self.we = names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    }

    /// Takes over what was chosen for an earlier table with the same columns.
    pub(super) fn take_over(&mut self, earlier: Self) -> bool {
        let is_same = self.columns.len() == earlier.columns.len()
            && self.columns.iter().zip(&earlier.columns).all(|(one, other)| one.name == other.name);
        if is_same {
            for (column, known) in self.columns.iter_mut().zip(earlier.columns) {
                column.meaning = known.meaning;
            }
            (self.dates, self.zone, self.we) = (earlier.dates, earlier.zone, earlier.we);
        }
        is_same
    }

    /// What was chosen, without anything of the rows.
    pub(super) fn choice(&self) -> Self {
        let columns = self.columns.iter();
        let columns =
            columns.map(|column| Column { values: Vec::new(), dates: DateSurvey::default(), ..column.clone() });
        Self { columns: columns.collect(), ..self.clone() }
    }

    /// Chooses the columns' meanings in their order; further ones have none. 422 for an unknown word. `auto`: as guessed. `we` is the
    /// account's side among the senders, found if it is empty.
    pub fn choose(&mut self, words: &str, we: &str) -> Result<()> {
        if words == "auto" {
            return Ok(());
        }
        let unknown = |word: &str| {
            let all = ColumnMeaning::ALL.map(ColumnMeaning::word).join(", ");
            Error::field("/columns", LocalizedText::new("said-import-meaning").with("word", word).with("all", all))
        };
        self.columns.iter_mut().for_each(|column| column.meaning = None);
        for (place, word) in words.split(',').map(str::trim).enumerate().filter(|(_, word)| !word.is_empty()) {
            let meaning = ColumnMeaning::parse(word).ok_or_else(|| unknown(word))?;
            self.columns.get_mut(place).ok_or_else(|| unknown(word))?.meaning = Some(meaning);
        }
        if we.is_empty() {
            self.guess_us();
        } else {
            self.say_us(we);
        }
        Ok(())
    }

    /// The columns' meanings in the form of [`Self::choose`].
    pub fn chosen(&self) -> String {
        let words = self.columns.iter().map(|column| column.meaning.map_or("", ColumnMeaning::word));
        words.collect::<Vec<_>>().join(",").trim_end_matches(',').to_owned()
    }

    /// The column with this meaning.
    pub fn column(&self, meaning: ColumnMeaning) -> Option<&Column> {
        self.columns.iter().find(|column| column.meaning == Some(meaning))
    }

    /// A date that says nothing about the order of day and month, if none of its column does: it has to be chosen.
    pub fn unclear_date(&self) -> Option<&str> {
        self.column(ColumnMeaning::SentAt).and_then(|column| column.dates.unclear())
    }

    /// When [`Self::unclear_date`] was, if it is read in this order. Unix milliseconds.
    pub fn unclear_moment(&self, order: DateOrder, zone: Zone) -> Option<i64> {
        dates::moment(self.unclear_date()?, "", order, zone)
    }

    /// What has to be chosen before the rows are messages.
    pub fn open(&self) -> Vec<FieldError> {
        let mut open = Vec::new();
        let mut say = |pointer: &str, said: LocalizedText| open.push(FieldError::new(pointer, said));
        let has = |meanings: &[ColumnMeaning]| meanings.iter().any(|meaning| self.column(*meaning).is_some());
        let mut count = BTreeMap::new();
        self.columns.iter().filter_map(|column| column.meaning).for_each(|one| *count.entry(one).or_insert(0) += 1);
        if count.values().any(|count| *count > 1) {
            say("/columns", LocalizedText::new("said-import-columns-twice"));
        }
        if !has(&[ColumnMeaning::SentAt]) {
            say("/columns", LocalizedText::new("said-import-columns-date"));
        }
        if !has(&[ColumnMeaning::Text, ColumnMeaning::File]) {
            say("/columns", LocalizedText::new("said-import-columns-text"));
        }
        if !has(&[ColumnMeaning::Chat, ColumnMeaning::Phone, ColumnMeaning::Email, ColumnMeaning::Name]) {
            say("/columns", LocalizedText::new("said-import-columns-chat"));
        }
        match self.column(ColumnMeaning::SentAt).map(|column| column.dates.order()) {
            Some(dates::FoundOrder::Both) => say("/dates", LocalizedText::new("said-import-dates-mixed")),
            Some(dates::FoundOrder::Unclear) if self.dates.is_none() => {
                let date = self.unclear_date().unwrap_or_default();
                say("/dates", LocalizedText::new("said-import-dates").with("date", date));
            }
            _ => {}
        }
        if let Some(sender) = self.column(ColumnMeaning::Sender)
            && self.we.is_empty()
            && !sender.values.iter().all(|value| guess::is_customer(value))
        {
            let said = LocalizedText::new("said-import-we").with("column", sender.name.clone());
            say("/we", said.with("values", sender.values.join(", ")));
        }
        if self.zone().is_none() {
            say("/zone", LocalizedText::new("said-time-zone"));
        }
        open
    }

    /// The order of day and month by which its dates are read.
    fn order(&self) -> DateOrder {
        let found = self.column(ColumnMeaning::SentAt).map(|column| column.dates.order());
        let shown = match found {
            Some(dates::FoundOrder::Known(order)) => Some(order),
            _ => None,
        };
        shown.or(self.dates).unwrap_or(DateOrder::DayFirst)
    }

    /// The chosen zone, if it is one; an inner none for the account's.
    fn zone(&self) -> Option<Option<Zone>> {
        if self.zone.is_empty() { Some(None) } else { Zone::parse(&self.zone).map(Some) }
    }
}
