//! The requests that send a sale: the only place that makes them.

use base::config::Config;
use base::json::Moment;
use base::millis::DAY;
use base::worded::worded;
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;
use utoipa::ToSchema;

use super::target::{TargetKind, Targets};
use super::{Sale, SaleChat};
use crate::platform::PlatformContext;

/// Meta takes no events that are older.
const META_TAKES: i64 = 7 * DAY;
/// The click that Yandex Direct names.
const YCLID: &str = "yclid";
/// The name of the file that Metrica gets.
const FILE: &str = "sales.csv";

worded! {
    /// Why a target is sent nothing. Texts are `sale-skip-{word}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum SkipReason, word {
        /// No chat of the customer has an id by which the target knows them.
        NoOrigin = "no_origin",
        /// The target takes no events of that age.
        TooOld = "too_old",
        /// The target was switched off.
        SwitchedOff = "switched_off",
    }
}

/// What a target is asked.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SaleRequest {
    pub target: TargetKind,
    /// Where it is posted; tokens and signatures are in headers, which are not shown.
    pub url: String,
    /// `application/json`, or `text/csv` of a file in a form.
    pub content_type: &'static str,
    /// The exact body, or the exact file; empty if nothing is sent.
    pub body: String,
    /// Why nothing is sent; null if it is.
    #[schema(required)]
    pub skipped: Option<SkipReason>,
}

impl SaleRequest {
    fn new(target: TargetKind, url: &str, content_type: &'static str, body: String) -> Self {
        Self { target, url: url.to_owned(), content_type, body, skipped: None }
    }

    /// The file as the part of a form.
    pub(super) fn form(&self) -> reqwest::Result<reqwest::multipart::Form> {
        let part = reqwest::multipart::Part::text(self.body.clone()).file_name(FILE).mime_str(self.content_type)?;
        Ok(reqwest::multipart::Form::new().part("file", part))
    }
}

/// What a target is asked about a sale.
pub fn of(app: &PlatformContext, targets: &Targets, kind: TargetKind, sale: &Sale) -> SaleRequest {
    let made = match kind {
        TargetKind::Webhook => Ok(to_webhook(targets, sale)),
        TargetKind::Meta if app.clock.millis() - sale.won_at > META_TAKES => Err(SkipReason::TooOld),
        TargetKind::Meta => to_meta(&app.config, targets, sale).ok_or(SkipReason::NoOrigin),
        TargetKind::Metrica => to_metrica(&app.config, targets, sale).ok_or(SkipReason::NoOrigin),
    };
    made.unwrap_or_else(|why| SaleRequest { skipped: Some(why), ..SaleRequest::new(kind, "", "", String::new()) })
}

/// The form of the account's other webhooks (docs/sales.md).
fn to_webhook(targets: &Targets, sale: &Sale) -> SaleRequest {
    let chat = |chat: &SaleChat| {
        json!({
            "conversation_id": chat.conversation_id, "source_id": chat.source_id, "messenger": chat.messenger,
            "campaign": chat.campaign, "referral": chat.referral,
            "ctwa_clid": chat.meta.as_ref().and_then(|meta| meta.ids.get("ctwa_clid")), "client_id": chat.client_id,
        })
    };
    let (account_id, host) = &targets.account;
    let body = json!({
        "type": "lead.won",
        "timestamp": Moment(sale.won_at),
        "data": {
            "account": { "id": account_id, "host": host },
            "event_id": sale.event_id,
            "lead": { "id": sale.lead_id.to_string(), "price": sale.price, "currency": sale.currency },
            "chats": sale.chats.iter().map(chat).collect::<Vec<_>>(),
        },
    });
    let url = targets.webhook_url().unwrap_or_default();
    SaleRequest::new(TargetKind::Webhook, url, "application/json", body.to_string())
}

/// One event about the newest chat to which an advertisement led (instagram-and-facebook §20).
fn to_meta(config: &Config, targets: &Targets, sale: &Sale) -> Option<SaleRequest> {
    let customer = sale.chats.iter().find_map(|chat| chat.meta.as_ref())?;
    let event = json!({
        "event_name": "Purchase", "event_time": sale.won_at / 1_000, "event_id": sale.event_id,
        "action_source": "business_messaging", "messaging_channel": customer.channel, "user_data": customer.ids,
        "custom_data": { "value": sale.price, "currency": sale.currency },
    });
    let url = connectors::meta::events_url(config, &targets.settings(TargetKind::Meta).dataset_id);
    let body: Value = json!({ "data": [event] });
    Some(SaleRequest::new(TargetKind::Meta, url.as_str(), "application/json", body.to_string()))
}

/// One line about the newest chat of a visitor whom Metrica knows, or who clicked on an advertisement of Yandex Direct
/// (metrica §1).
fn to_metrica(config: &Config, targets: &Targets, sale: &Sale) -> Option<SaleRequest> {
    let by_visitor = |chat: &SaleChat| chat.client_id.clone().map(|id| ("ClientId", "CLIENT_ID", id));
    let by_click = |chat: &SaleChat| chat.campaign.get(YCLID).cloned().map(|id| ("Yclid", "YCLID", id));
    let known = sale.chats.iter().find_map(|chat| by_visitor(chat).or_else(|| by_click(chat)));
    let (column, kind, id) = known?;
    let settings = targets.settings(TargetKind::Metrica);
    let mut url = uploads(config, &settings.counter_id, "upload");
    url.query_pairs_mut().append_pair("client_id_type", kind).append_pair("comment", &comment(sale));
    let (goal, at) = (&settings.goal, sale.won_at / 1_000);
    let line = format!("{id},{goal},{at},{},{}", sale.price, sale.currency);
    let file = format!("{column},Target,DateTime,Price,Currency\n{line}\n");
    Some(SaleRequest::new(TargetKind::Metrica, url.as_str(), "text/csv", file))
}

/// By which an upload is found again (metrica §1).
pub(super) fn comment(sale: &Sale) -> String {
    sale.event_id.to_string()
}

/// Metrica's address for uploads of a counter.
pub(super) fn uploads(config: &Config, counter_id: &str, method: &str) -> Url {
    let mut url = config.metrica.api_url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        let path = ["management", "v1", "counter", counter_id, "offline_conversions", method];
        segments.pop_if_empty().extend(path);
    }
    url
}
