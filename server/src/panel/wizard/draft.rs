//! The wizard's input so far, encrypted in the session for half an hour.

use base::error::Result;
use chrono::TimeDelta;
use connectors::OfferedLine;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::panel::Member;
use crate::panel::PanelContext;

const NAME: &str = "wizard";
const KEPT: TimeDelta = TimeDelta::minutes(30);

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SourceDraft {
    pub kind: String,
    /// With credentials; emptied once the source is created.
    pub settings: Value,
    /// These settings passed the live check.
    pub checked: bool,
    /// What the check found.
    pub seen: String,
    /// The messenger's public name of the connection; empty if it returned none.
    #[serde(default)]
    pub line: String,
    /// Another service has the connection, and the person has been warned that continuing takes it over.
    #[serde(default)]
    pub moves: bool,
    /// Lines that were authorized on the messenger's own page, with credentials; empty if settings are entered by hand.
    #[serde(default)]
    pub lines: Vec<OfferedLine>,
    /// The key of the chosen line.
    #[serde(default)]
    pub line_key: String,
    pub name: String,
    /// Empty: amoCRM's default.
    pub pipeline: String,
    pub default: bool,
    /// To which contact new chats are linked; empty: amoCRM chooses.
    #[serde(default)]
    pub contact_rule: String,
    pub channel_id: Option<Uuid>,
    /// Generated at the start, so that submitting twice creates one source.
    pub external_id: String,
    pub created: Option<Uuid>,
    /// The webhook's signing secret, kept until the last page has shown it.
    pub secret: Option<String>,
    touched_at: i64,
}

impl SourceDraft {
    pub fn new(kind: &str) -> Self {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let random: [u8; 10] = rand::random();
        let tail: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
        let head: String = kind.chars().filter(char::is_ascii_alphanumeric).take(3).collect();
        Self {
            kind: kind.to_owned(),
            settings: Value::Object(serde_json::Map::new()),
            external_id: format!("{head}-{tail}"),
            ..Self::default()
        }
    }

    /// `None` if there is none, or it has expired.
    pub fn read(app: &PanelContext, member: &Member) -> Option<Self> {
        let draft = member.data::<Self>(app, NAME)?;
        (app.clock.millis() - draft.touched_at < KEPT.num_milliseconds()).then_some(draft)
    }

    pub async fn keep(&mut self, app: &PanelContext, member: &Member) -> Result<()> {
        self.touched_at = app.clock.millis();
        member.set_data(app, NAME, Some(self)).await
    }

    pub async fn forget(app: &PanelContext, member: &Member) -> Result<()> {
        member.set_data::<Self>(app, NAME, None).await
    }
}
