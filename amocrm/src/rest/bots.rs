//! Continuing a Salesbot that waits in a step of the widget (crm-api §9.9).

use reqwest::Method;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::{Request, Rest};
use crate::error::Error;

/// The kinds of bots that have such steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BotKind {
    /// Of leads.
    Salesbot,
    /// Of customers.
    Marketingbot,
}

/// A bot that waits, by the numbers in the address at which it is continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotPlace {
    /// Its kind.
    pub kind: BotKind,
    /// CRM id of the bot.
    pub bot_id: i64,
    /// Id of this one stop of it.
    pub continue_id: i64,
}

impl BotKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Salesbot => "salesbot",
            Self::Marketingbot => "marketingbot",
        }
    }
}

impl BotPlace {
    /// Reads `…/api/v4/salesbot/321/continue/123`; none if it is another address.
    pub fn of_address(address: &Url) -> Option<Self> {
        let parts: Vec<&str> = address.path_segments()?.filter(|part| !part.is_empty()).collect();
        let (["api", "v4", kind, bot, "continue", stop], None) = (parts.as_slice(), address.query()) else {
            return None;
        };
        let kind = [BotKind::Salesbot, BotKind::Marketingbot].into_iter().find(|one| one.word() == *kind)?;
        let number = |text: &str| text.parse().ok().filter(|id: &i64| *id > 0);
        Some(Self { kind, bot_id: number(bot)?, continue_id: number(stop)? })
    }
}

/// `salesbot/321/123`: unique in its account.
impl std::fmt::Display for BotPlace {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}/{}", self.kind.word(), self.bot_id, self.continue_id)
    }
}

impl Rest {
    /// Lets a bot go on; it reads `data` as `{{json.NAME}}`. Requires an administrator's token. 404: it does not wait there
    /// (any more).
    pub async fn continue_bot(&self, token: &SecretString, place: BotPlace, data: &Value) -> Result<(), Error> {
        const CALL: &str = "continue_bot";
        let (bot, stop) = (place.bot_id.to_string(), place.continue_id.to_string());
        let path = vec![place.kind.word(), &bot, "continue", &stop];
        self.call(token, Request::with_body(CALL, Method::POST, path, &json!({ "data": data }))?)
            .await?
            .nothing_expected()
    }
}
