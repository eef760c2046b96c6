//! The request of a Salesbot's step of the widget (crm-api §9.9).
//!
//! Only its token is signed, and names account and card: trust neither the address nor the data for that.

use serde_json::Value;
use url::Url;

use super::crm::parse_form;
use crate::lenient;
use crate::rest::BotPlace;

/// The longest accepted body, in bytes (64 KiB).
pub const BODY_LIMIT: usize = 1 << 16;

/// A step that waits until the bot is continued.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct BotRequest {
    /// To be verified by [`verify_bot`](crate::disposable_token::verify_bot).
    pub token: String,
    /// Where it is continued: these numbers are used, at the account's own host.
    pub place: BotPlace,
    /// The host that the address named.
    pub host: String,
    /// The step's settings, with amoCRM's markers filled in.
    pub data: Value,
}

/// Reads a request: JSON as documented, or the form that accounts send (*observed*). None if it is neither, or its address
/// continues no bot.
pub fn parse(body: &[u8]) -> Option<BotRequest> {
    let json = serde_json::from_slice::<Value>(body).ok().filter(Value::is_object);
    let body = json.or_else(|| parse_form(body).ok())?;
    let address = Url::parse(&lenient::text(&body, "return_url")?).ok()?;
    let is_plain = matches!(address.scheme(), "https" | "http") && address.username().is_empty();
    let host = address.host_str().filter(|_| is_plain && address.port().is_none())?.to_owned();
    Some(BotRequest {
        token: lenient::text(&body, "token")?,
        place: BotPlace::of_address(&address)?,
        host,
        data: body.get("data").cloned().unwrap_or_default(),
    })
}

impl std::fmt::Debug for BotRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("BotRequest").field("place", &self.place).finish_non_exhaustive()
    }
}
