//! The account itself and its users.

use serde_json::{Map, Value, json};

use super::{Call, hal, problem};
use crate::crm::{
    exchange::Answer,
    state::{Account, User},
};

/// `GET account`; `with` adds optional fields.
pub(super) fn account(call: &Call<'_>) -> Answer {
    let with = call.with();
    let asked = |word: &str| with.iter().any(|one| one == word);
    let body = call.account(|account| {
        let mut body = json!({
            "id": account.id,
            "name": account.name,
            "subdomain": account.host.split('.').next().unwrap_or_default(),
            "created_at": account.created_at.timestamp(),
            "created_by": 0,
            "updated_at": account.created_at.timestamp(),
            "updated_by": 0,
            "current_user_id": call.access.user_id,
            "country": "RU",
            "currency": "RUB",
            "currency_symbol": "₽",
            "customers_mode": "disabled",
            "is_unsorted_on": !account.switches.no_unsorted,
            "mobile_feature_version": 0,
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
                    "short_time_pattern": "H:i",
                    // Misspelt in the documents, correct in recorded answers.
                    "date_format": "d.m.Y",
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
        if asked("users_groups") {
            embedded.insert("users_groups".to_owned(), json!([{"id": 0, "name": "Sales department", "uuid": null}]));
        }
        if asked("task_types") {
            embedded.insert(
                "task_types".to_owned(),
                json!([
                    {"id": 1, "name": "Follow-up", "color": null, "icon_id": null, "code": "FOLLOW_UP"},
                    {"id": 2, "name": "Meeting", "color": null, "icon_id": null, "code": "MEETING"},
                ]),
            );
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

pub(super) fn gone() -> Answer {
    problem(404, "Not Found", "the account is gone")
}

fn show_user(account: &Account, user: &User, with: &[String]) -> Value {
    let all = |view: char| json!({"view": view, "edit": "A", "add": "A", "delete": "A", "export": "A"});
    let rights = &user.rights;
    let stages: Vec<Value> = rights.stages.iter().map(stage_rights).collect();
    let mut shown = json!({
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "lang": account.language,
        "rights": {
            "leads": all(rights.leads),
            "contacts": all(rights.contacts),
            "companies": all('A'),
            "tasks": {"edit": "A", "delete": "A"},
            "mail_access": false,
            "catalog_access": false,
            "is_admin": user.is_admin,
            "is_free": false,
            "is_active": true,
            "status_rights": stages,
            "group_id": rights.group_id,
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

fn stage_rights((pipeline_id, status_id, view): &(i64, i64, char)) -> Value {
    let rights = json!({"view": view, "edit": view, "delete": view});
    json!({"entity_type": "leads", "pipeline_id": pipeline_id, "status_id": status_id, "rights": rights})
}

/// `GET users`; one page contains them all.
pub(super) fn users(call: &Call<'_>) -> Answer {
    let page = call.request.query_value("page");
    if page.is_some_and(|page| page != "1") {
        return Answer::empty(204);
    }
    let with = call.with();
    let body = call.account(|account| {
        let list: Vec<Value> = account.users.iter().map(|user| show_user(account, user, &with)).collect();
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
        Some(show_user(account, user, &with))
    });
    match found.flatten() {
        Some(body) => hal(&body),
        None => problem(404, "Not Found", "no user has this id"),
    }
}

/// `GET /v3/user`, undocumented: the SDK's example uses it to greet the user who granted access.
pub(super) fn who(call: &Call<'_>) -> Answer {
    let found = call.account(|account| {
        let user = account.users.iter().find(|user| user.id == call.access.user_id)?;
        Some(json!({"id": user.id, "name": user.name, "email": user.email, "language": account.language}))
    });
    found.flatten().map_or_else(gone, |body| Answer::json(200, "application/json", &body))
}
