//! The table of switches: which alerts are sent, and on which channel.

use base::error::Result;
use base::i18n::{Sentence, Words};
use domain::alert::KINDS;
use domain::alert_notices::is_on;
use domain::alert_notices::notice::Channel;
use domain::alert_notices::readers::{Preference, Reader};
use entity::alert_webhook;

use crate::panel::{Fields, PanelContext};

/// A column.
pub(super) struct Column {
    pub label: Sentence,
    /// The name of the switch for the whole column; empty if it has none.
    pub whole: &'static str,
    pub on: bool,
}

/// A row: a kind of alert.
pub(super) struct Row {
    pub kind: &'static str,
    pub label: Sentence,
    /// In the order of the columns.
    pub cells: Vec<Cell>,
}

/// One switch.
pub(super) struct Cell {
    pub name: &'static str,
    pub column: Sentence,
    pub on: bool,
}

/// The table.
pub(super) struct Switches {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// The names of a channel's switches, and of the switch for all of it.
const fn names(channel: Channel) -> (&'static str, &'static str) {
    match channel {
        Channel::Email => ("kind", "letters"),
        Channel::Chat => ("chat_kind", "chat"),
        Channel::Push => ("push_kind", "push"),
        Channel::Webhook => ("webhook_kind", ""),
    }
}

/// All names that the table sends.
pub(super) const NAMES: [&str; 7] = ["kind", "letters", "chat_kind", "chat", "push_kind", "push", "webhook_kind"];

impl Switches {
    /// The columns are the channels that the vendor has set up; a chat's and the
    /// browsers' only once there is one.
    pub fn of(
        app: &PanelContext,
        words: Words,
        crm: &'static str,
        reader: &Reader,
        webhook: Option<&alert_webhook::Model>,
    ) -> Self {
        let mut columns = Vec::new();
        let mut rows: Vec<Row> = KINDS
            .map(|kind| Row { kind, label: words.text_of("alert-kind-", kind).with("crm", crm), cells: Vec::new() })
            .into();
        let mut add = |channel: Channel, on: bool, without: &[String]| {
            let (name, whole) = names(channel);
            columns.push(Column { label: words.text_of("alerts-channel-", channel.as_str()), whole, on });
            for row in &mut rows {
                let on = !without.iter().any(|without| without == row.kind);
                row.cells.push(Cell { name, column: words.text_of("alerts-channel-", channel.as_str()), on });
            }
        };
        for channel in shown(app, reader) {
            let choice = reader.preference(channel);
            add(channel, choice.on, &choice.without);
        }
        if let Some(webhook) = webhook {
            let without: Vec<String> = serde_json::from_str(&webhook.without).unwrap_or_default();
            add(Channel::Webhook, true, &without);
        }
        Self { columns, rows }
    }
}

/// A person's channels of the table.
pub(super) fn shown(app: &PanelContext, reader: &Reader) -> Vec<Channel> {
    let is_shown = |channel: &Channel| {
        let linked = match channel {
            Channel::Chat => reader.linked.as_ref().is_some_and(|row| row.chat_id != 0),
            Channel::Push => !reader.devices.is_empty(),
            Channel::Email | Channel::Webhook => true,
        };
        linked && is_on(&app.alert_notices, *channel)
    };
    Channel::OF_PEOPLE.into_iter().filter(is_shown).collect()
}

/// What the form says of a channel; the address stays.
pub(super) fn chosen(form: &Fields, channel: Channel, known: &Preference) -> Preference {
    let (_, whole) = names(channel);
    Preference { on: form.has(whole), without: without(form, channel), email: known.email.clone() }
}

/// The kinds that are switched off in the form.
pub(super) fn without(form: &Fields, channel: Channel) -> Vec<String> {
    let wanted = form.all(names(channel).0);
    KINDS.into_iter().filter(|kind| !wanted.contains(kind)).map(str::to_owned).collect()
}

/// Refuses forms with other fields.
pub(super) fn known(form: &Fields, more: &[&'static str]) -> Result<()> {
    let names: Vec<&'static str> = NAMES.iter().chain(more).copied().collect();
    form.known(&names)
}
