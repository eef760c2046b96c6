//! The account itself, its users and pipelines.

use serde_json::{Map, Value, json};

use super::{Call, hal, problem};
use crate::{
    exchange::Answer,
    state::{Account, User},
};

/// `GET account`; `with` adds the fields that need it.
pub(super) fn account(call: &Call<'_>) -> Answer {
    let with = call.with();
    let asked = |word: &str| with.iter().any(|one| one == word);
    let body = call.account(|account| {
        let mut body = json!({
            "id": account.id,
            "name": account.name,
            "subdomain": account.host.split('.').next().unwrap_or_default(),
            "created_at": account.created_at.timestamp(),
            "updated_at": account.created_at.timestamp(),
            "current_user_id": call.access.user_id,
            "country": "RU",
            "currency": "RUB",
            "currency_symbol": "₽",
            "customers_mode": "disabled",
            "is_unsorted_on": !account.switches.no_unsorted,
            "is_loss_reason_enabled": false,
            "is_helpbot_enabled": false,
            "is_technical_account": false,
            "contact_name_display_order": 1,
        });
        let mut embedded = Map::new();
        if asked("datetime_settings") {
            embedded.insert(
                "datetime_settings".to_owned(),
                json!({
                    "date_pattern": "d.m.Y H:i",
                    "short_date_pattern": "d.m.Y",
                    "date_formant": "d.m.Y",
                    "time_format": "H:i:s",
                    "timezone": "Europe/Moscow",
                    "timezone_offset": "+03:00",
                }),
            );
        }
        if asked("amojo_rights") {
            let rights = json!({"can_direct": true, "can_create_groups": true});
            embedded.insert("amojo_rights".to_owned(), rights);
        }
        let base = account.host.split_once('.').map_or("", |(_, base)| base);
        if let Some(body) = body.as_object_mut() {
            for (word, value) in [
                ("amojo_id", json!(account.amojo_id)),
                ("drive_url", json!(format!("https://drive-b.{base}"))),
                ("version", json!(16)),
                ("is_api_filter_enabled", json!(false)),
            ] {
                if asked(word) {
                    body.insert(word.to_owned(), value);
                }
            }
            if !embedded.is_empty() {
                body.insert("_embedded".to_owned(), Value::Object(embedded));
            }
            body.insert("_links".to_owned(), call.link("account"));
        }
        body
    });
    body.map_or_else(gone, |body| hal(&body))
}

fn gone() -> Answer {
    problem(404, "Not Found", "the account is gone")
}

fn show_user(user: &User, with: &[String]) -> Value {
    let all = json!({"view": "A", "edit": "A", "add": "A", "delete": "A", "export": "A"});
    let mut shown = json!({
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "lang": "ru",
        "rights": {
            "leads": all,
            "contacts": all,
            "companies": all,
            "tasks": {"edit": "A", "delete": "A"},
            "mail_access": false,
            "catalog_access": false,
            "is_admin": user.is_admin,
            "is_free": false,
            "is_active": true,
            "group_id": null,
            "role_id": null,
        },
    });
    if let Some(shown) = shown.as_object_mut()
        && with.iter().any(|word| word == "amojo_id")
    {
        shown.insert("amojo_id".to_owned(), json!(user.amojo_id));
    }
    shown
}

/// `GET users`, one page holds them all.
pub(super) fn users(call: &Call<'_>) -> Answer {
    let page = call.request.query_value("page");
    if page.is_some_and(|page| page != "1") {
        return Answer::empty(204);
    }
    let with = call.with();
    let body = call.account(|account| {
        let list: Vec<Value> = account.users.iter().map(|user| show_user(user, &with)).collect();
        json!({
            "_total_items": list.len(),
            "_page": 1,
            "_page_count": 1,
            "_links": call.link("users"),
            "_embedded": {"users": list},
        })
    });
    body.map_or_else(gone, |body| hal(&body))
}

/// `GET users/{id}`.
pub(super) fn user(call: &Call<'_>, id: &str) -> Answer {
    let with = call.with();
    let found = call.account(|account| {
        let user = account.users.iter().find(|user| user.id.to_string() == id)?;
        Some(show_user(user, &with))
    });
    match found.flatten() {
        Some(body) => hal(&body),
        None => problem(404, "Not Found", "no user has this id"),
    }
}

fn show_pipelines(call: &Call<'_>, account: &Account) -> Vec<Value> {
    account
        .pipelines
        .iter()
        .zip(1_i64..)
        .map(|(pipeline, place)| {
            let status = |step: i64, name: &str, kind: i64| {
                json!({
                    "id": if step > 100 { step } else { pipeline.id * 10 + step },
                    "name": name,
                    "sort": step * 10,
                    "is_editable": kind == 0 && step < 100,
                    "pipeline_id": pipeline.id,
                    "color": "#99ccff",
                    "type": kind,
                    "account_id": account.id,
                })
            };
            json!({
                "id": pipeline.id,
                "name": pipeline.name,
                "sort": place,
                "is_main": pipeline.is_main,
                "is_unsorted_on": true,
                "is_archive": account.switches.archived.contains(&pipeline.id),
                "account_id": account.id,
                "_links": call.link(&format!("leads/pipelines/{}", pipeline.id)),
                "_embedded": {"statuses": [
                    status(1, "Incoming leads", 1),
                    status(2, "First contact", 0),
                    status(142, "Won", 0),
                    status(143, "Lost", 0),
                ]},
            })
        })
        .collect()
}

/// `GET leads/pipelines`.
pub(super) fn pipelines(call: &Call<'_>) -> Answer {
    let body = call.account(|account| {
        let list = show_pipelines(call, account);
        json!({
            "_total_items": list.len(),
            "_links": call.link("leads/pipelines"),
            "_embedded": {"pipelines": list},
        })
    });
    body.map_or_else(gone, |body| hal(&body))
}

/// `GET leads/pipelines/{id}`.
pub(super) fn pipeline(call: &Call<'_>, id: &str) -> Answer {
    let found = call.account(|account| {
        show_pipelines(call, account).into_iter().find(|one| {
            let known = one.get("id").and_then(Value::as_i64);
            known.is_some_and(|known| known.to_string() == id)
        })
    });
    match found.flatten() {
        Some(body) => hal(&body),
        None => problem(404, "Not Found", "no pipeline has this id"),
    }
}
