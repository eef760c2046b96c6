//! Data sets of the Conversions API for business messaging
//! (<https://developers.facebook.com/documentation/ads-commerce/conversions-api/business-messaging>): events with their rules.

use serde_json::{Value, json};

use super::options::{DAY, Meta, Options};
use crate::graph::{Answered, Params, Refusal, bad, ensure, invalid_token, no_object, wrong};
use crate::kit::Simulator;

/// Events are at most so old.
const OLDEST: i64 = 7 * DAY;
/// What each channel has to know of a customer.
const CHANNELS: [(&str, &[&str]); 3] = [
    ("whatsapp", &["whatsapp_business_account_id", "ctwa_clid"]),
    ("messenger", &["page_id", "page_scoped_user_id"]),
    ("instagram", &["instagram_business_account_id", "ig_sid"]),
];

/// `POST /{dataset}/events`: all of them or none.
pub(super) fn events(state: &mut Meta, id: &str, params: &Params) -> Answered {
    let now = state.now;
    let known = state.own.datasets.get_mut(id).ok_or_else(|| no_object(id))?;
    ensure(known.token == params.token, || invalid_token(None, "Malformed access token"))?;
    let events = params.object("data");
    let events = events.as_array().filter(|events| (1..=1_000).contains(&events.len()));
    let events = events.ok_or_else(|| bad("Must be a non-empty list: data"))?;
    events.iter().try_for_each(|event| check(event, now))?;
    known.events.extend(events.iter().cloned());
    Ok(json!({ "events_received": events.len(), "messages": [], "fbtrace_id": "AbCdEfGhIjKlMnOpQrStUvW" }))
}

fn check(event: &Value, now: i64) -> Result<(), Refusal> {
    let text = |name: &str| event[name].as_str().unwrap_or_default();
    let invalid = |words: &str| wrong(2_804_003, words);
    let at = event["event_time"].as_i64().unwrap_or_default() * 1_000;
    ensure(now - OLDEST <= at && at <= now, || invalid("Invalid parameter: event_time"))?;
    ensure(!text("event_name").is_empty(), || invalid("Invalid parameter: event_name"))?;
    ensure(text("action_source") == "business_messaging", || invalid("Invalid parameter: action_source"))?;
    let needed = CHANNELS.iter().find(|(channel, _)| *channel == text("messaging_channel"));
    let (_, needed) = needed.ok_or_else(|| invalid("Invalid parameter: messaging_channel"))?;
    let is_known = |name: &&str| event["user_data"][*name].as_str().is_some_and(|id| !id.is_empty());
    ensure(needed.iter().all(is_known), || invalid("Invalid parameter: user_data"))?;
    let sum = &event["custom_data"];
    let has_sum = sum["value"].is_number() && sum["currency"].as_str().is_some_and(|text| text.len() == 3);
    ensure(text("event_name") != "Purchase" || has_sum, || invalid("Purchase needs value and currency"))
}

impl Simulator<Options> {
    /// A data set, to which this token gives access; the token is replaced if there is one.
    pub fn add_dataset(&self, id: &str, token: &str) {
        self.core.change(|state| token.clone_into(&mut state.own.datasets.entry(id.to_owned()).or_default().token));
    }

    /// The events of a data set, each as often as it came.
    pub fn events_of(&self, id: &str) -> Vec<Value> {
        self.core.read(|state| state.own.datasets.get(id).map(|known| known.events.clone()).unwrap_or_default())
    }
}
