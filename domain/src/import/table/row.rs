//! A row of a table as a message.

use std::collections::{BTreeMap, HashMap};

use base::error::{Error, Result};
use base::i18n::{LocalizedText, Zone};
use base::phone::{Country, Phone};

use super::{ColumnMeaning, Table, dates, guess};
use crate::import::dump::{Attached, DateOrder, DumpMessage, DumpPerson, FilePlace, kind_of_name, short_hash};

/// How far the clock that dated a message may be ahead: the rest is a date in another order, or none.
const AHEAD: i64 = base::millis::DAY;

/// How many messages with the same time get different ids: a table with dates alone has many.
const MOST_EQUAL: usize = 100_000;

/// Reads rows as a table's columns say.
pub(in crate::import) struct RowReader {
    columns: BTreeMap<ColumnMeaning, usize>,
    order: DateOrder,
    zone: Zone,
    we: Vec<String>,
    country: Option<Country>,
    /// A row was written by the account's side.
    found_us: bool,
    /// Unix milliseconds.
    now: i64,
    /// The last moment, and how often it has each message.
    last: (i64, HashMap<String, u32>),
}

impl RowReader {
    /// 422 with all that has to be chosen first. `zone` and `country` are the account's.
    pub fn new(table: &Table, zone: Zone, country: Option<Country>, now: i64) -> Result<Self> {
        let open = table.open();
        if !open.is_empty() {
            return Err(Error::Invalid(open));
        }
        let columns = table.columns.iter().enumerate();
        Ok(Self {
            columns: columns.filter_map(|(place, column)| Some((column.meaning?, place))).collect(),
            order: table.order(),
            zone: table.zone().flatten().unwrap_or(zone),
            we: table.we.iter().map(|name| name.trim().to_lowercase()).collect(),
            country,
            found_us: false,
            now,
            last: (0, HashMap::new()),
        })
    }

    /// The message of a row, or why it has none.
    pub fn message(&mut self, cells: &[String]) -> Result<DumpMessage, LocalizedText> {
        let cell = |meaning| {
            let place = self.columns.get(&meaning);
            place.and_then(|place| cells.get(*place)).map_or("", |cell| cell.trim())
        };
        let sender = cell(ColumnMeaning::Sender);
        let is_ours = self.we.contains(&sender.to_lowercase());
        self.found_us |= is_ours;
        let given = |meaning| Some(cell(meaning)).filter(|cell| !cell.is_empty()).map(str::to_owned);
        let (date, time) = (cell(ColumnMeaning::SentAt), cell(ColumnMeaning::Time));
        let sent_at = dates::moment(date, time, self.order, self.zone);
        let sent_at = sent_at.ok_or_else(|| LocalizedText::new("said-dump-no-date"))?;
        if sent_at > self.now + AHEAD {
            return Err(LocalizedText::new("said-import-future"));
        }
        let (text, file) = (cell(ColumnMeaning::Text), cell(ColumnMeaning::File));
        if text.is_empty() && file.is_empty() {
            return Err(LocalizedText::new("said-dump-nothing"));
        }
        if sender.is_empty() && self.columns.contains_key(&ColumnMeaning::Sender) {
            return Err(LocalizedText::new("said-import-no-sender"));
        }
        let is_name = !sender.is_empty() && !guess::is_ours(sender) && !guess::is_customer(sender);
        let name_in_sender = Some(sender.to_owned()).filter(|_| is_name);
        let phone = given(ColumnMeaning::Phone).map(|phone| self.phone(&phone)).transpose()?;
        let email = given(ColumnMeaning::Email);
        let name = given(ColumnMeaning::Name).or_else(|| name_in_sender.clone().filter(|_| !is_ours));
        // Live chats of messengers with numbers have the number as their id.
        let chat = given(ColumnMeaning::Chat)
            .or_else(|| phone.as_ref().map(|phone| phone.trim_start_matches('+').to_owned()))
            .or_else(|| email.clone())
            .or_else(|| name.as_ref().map(|name| format!("table-{}", short_hash([name.to_lowercase().as_str()]))))
            .ok_or_else(|| LocalizedText::new("said-import-no-chat"))?;
        let id = given(ColumnMeaning::Id);
        let author = is_ours.then(|| {
            let name = given(ColumnMeaning::Manager).or(name_in_sender);
            let id = format!("table-{}", short_hash([name.as_deref().unwrap_or_default()]));
            DumpPerson { id, name, ..DumpPerson::default() }
        });
        let (text, file) = (text.to_owned(), file.to_owned());
        Ok(DumpMessage {
            id: id.unwrap_or_else(|| self.id(&chat, sent_at, is_ours, &text, &file)),
            customer: DumpPerson { id: chat.clone(), name, phone, email },
            chat,
            author,
            sent_at,
            text,
            reply_to: None,
            attached: attached(file),
        })
    }

    /// 422 if the account's side was named and wrote none of the rows: all of them would be the customer's.
    pub fn finds_us(&self, table: &Table) -> Result<()> {
        let Some(sender) = table.column(ColumnMeaning::Sender).filter(|_| !self.we.is_empty() && !self.found_us) else {
            return Ok(());
        };
        let said = LocalizedText::new("said-import-we-unseen").with("names", table.we.join(", "));
        Err(Error::field("/we", said.with("column", sender.name.clone()).with("values", sender.values.join(", "))))
    }

    fn phone(&self, text: &str) -> Result<String, LocalizedText> {
        let phone = Phone::parse(text, self.country).ok_or_else(|| LocalizedText::new("said-import-phone"))?;
        Ok(phone.international().unwrap_or_else(|| phone.key().to_owned()))
    }

    /// An id that a later import of the same table gives again.
    fn id(&mut self, chat: &str, sent_at: i64, is_ours: bool, text: &str, file: &str) -> String {
        if self.last.0 != sent_at || self.last.1.len() >= MOST_EQUAL {
            self.last = (sent_at, HashMap::new());
        }
        let side = if is_ours { "we" } else { "customer" };
        let hash = short_hash([chat, &sent_at.to_string(), side, text, file]);
        let equal = self.last.1.entry(hash.clone()).or_default();
        let id = format!("table-{hash}-{equal}");
        *equal += 1;
        id
    }
}

fn attached(file: String) -> Attached {
    if file.is_empty() {
        return Attached::Nothing;
    }
    let name = file.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned();
    let is_address = file.starts_with("https://") || file.starts_with("http://");
    let place = if is_address { FilePlace::Address(file) } else { FilePlace::Missing };
    Attached::File { kind: kind_of_name(&name), name, place }
}
