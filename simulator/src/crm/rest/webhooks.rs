//! Subscriptions to CRM hooks: www.amocrm.ru/developers/content/crm_platform/webhooks-api. They belong to the account,
//! and their destination identifies them.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::{
    Call,
    batch::{self, Wrong, blank, no_choice, typed},
    hal, invalid,
    page::values,
    problem,
};
use crate::crm::{
    exchange::Answer,
    state::{
        Account,
        crm::{self, Webhook},
    },
    strict::Object,
};

/// Most subscriptions of an account.
const LIMIT: usize = 100;

fn show(call: &Call<'_>, account: &Account, webhook: &Webhook) -> Value {
    json!({
        "id": webhook.id,
        "destination": webhook.destination,
        "created_at": webhook.created_at,
        "updated_at": webhook.updated_at,
        "account_id": account.id,
        "created_by": webhook.created_by,
        "sort": webhook.sort,
        "disabled": webhook.disabled,
        "settings": webhook.settings,
        "_links": call.link("webhooks"),
    })
}

/// `GET webhooks`, all or those with the destination in the filter; 204 if empty.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let wanted = values(call, "filter[destination]");
    let found: Vec<Value> = call
        .account(|account| {
            let matches = |one: &&Webhook| wanted.is_empty() || wanted.contains(&one.destination);
            account.crm.webhooks.iter().filter(matches).map(|one| show(call, account, one)).collect()
        })
        .unwrap_or_default();
    if found.is_empty() {
        return Answer::empty(204);
    }
    hal(&json!({"_total_items": found.len(), "_links": call.link("webhooks"), "_embedded": {"webhooks": found}}))
}

/// The requested subscription.
struct Wish {
    destination: String,
    settings: Vec<String>,
    sort: Option<i64>,
}

fn destination(fields: &Object<'_>) -> Result<String, Wrong> {
    let text = fields.link("destination").map_err(typed("destination"))?.ok_or_else(|| blank("destination"))?;
    // Internationalised domains are refused, also in Punycode.
    let host = url::Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let foreign = !text.is_ascii() || host.split('.').any(|label| label.starts_with("xn--"));
    if foreign {
        Err(("InvalidUrl", "destination", "This value is not a valid URL.".to_owned()))
    } else {
        Ok(text.to_owned())
    }
}

fn wish(call: &Call<'_>, body: &Value) -> Result<Wish, Wrong> {
    let fields = Object::whole(body).map_err(typed(""))?;
    let known = crm::known_events(call.host);
    let list = match fields.raw("settings") {
        Some(Value::Array(list)) if !list.is_empty() => list,
        Some(Value::Array(_)) | None => return Err(blank("settings")),
        Some(_) => return Err(typed("settings")("settings must be an array".to_owned())),
    };
    let settings = list.iter().map(|one| one.as_str().filter(|code| known.iter().any(|known| known == code)));
    Ok(Wish {
        destination: destination(&fields)?,
        settings: settings
            .map(|one| one.map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or_else(|| no_choice("settings"))?,
        sort: fields.whole_number("sort").map_err(typed("sort"))?,
    })
}

/// `POST webhooks`: subscribes, or replaces the settings of an existing subscription. 201 on amocrm.ru, 200 on Kommo.
pub(super) fn subscribe(call: &Call<'_>) -> Answer {
    batch::object(call).and_then(|body| subscribed(call, &body)).unwrap_or_else(|answer| answer)
}

fn subscribed(call: &Call<'_>, body: &Value) -> Result<Answer, Answer> {
    let wish = wish(call, body).map_err(|wrong| invalid(&[batch::error(body, 0, wrong)]))?;
    call.change(|account, now| {
        if account.switches.no_webhooks {
            return Err(problem(403, "Forbidden", "the account's plan has no webhooks"));
        }
        let known = account.crm.webhooks.iter().position(|one| one.destination == wish.destination);
        let at = match known {
            Some(at) => at,
            None if account.crm.webhooks.len() >= LIMIT => {
                return Err(problem(400, "Bad Request", "an account may have at most 100 webhooks"));
            }
            None => {
                let id = account.next_number();
                account.crm.webhooks.push(Webhook {
                    id,
                    destination: wish.destination,
                    settings: Vec::new(),
                    sort: 0,
                    created_by: call.access.user_id,
                    created_at: now,
                    updated_at: now,
                    disabled: false,
                    invalid: VecDeque::new(),
                });
                account.crm.webhooks.len() - 1
            }
        };
        if let Some(webhook) = account.crm.webhooks.get_mut(at) {
            webhook.settings = wish.settings;
            webhook.sort = wish.sort.unwrap_or(webhook.sort);
            (webhook.updated_at, webhook.disabled) = (now, false);
            webhook.invalid.clear();
        }
        let shown = account.crm.webhooks.get(at).map(|webhook| show(call, account, webhook)).unwrap_or_default();
        let status = if call.host.ends_with(".amocrm.ru") { 201 } else { 200 };
        Ok(Answer { status, ..hal(&shown) })
    })
}

/// `DELETE webhooks` with the destination.
pub(super) fn unsubscribe(call: &Call<'_>) -> Answer {
    let act = |body: Value| {
        let fields = Object::whole(&body).map_err(typed(""));
        let wanted = fields.and_then(|fields| destination(&fields));
        let wanted = wanted.map_err(|wrong| invalid(&[batch::error(&body, 0, wrong)]))?;
        call.change(|account, _| {
            let before = account.crm.webhooks.len();
            account.crm.webhooks.retain(|one| one.destination != wanted);
            match account.crm.webhooks.len() < before {
                true => Ok(Answer::empty(204)),
                false => Err(problem(404, "Not Found", "there is no subscription with this destination")),
            }
        })
    };
    batch::object(call).and_then(act).unwrap_or_else(|answer| answer)
}
