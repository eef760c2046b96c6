//! Methods of cards that only some kinds have: leads with their contact and company, tags, files, calls, short links,
//! buttons for sites, customers' modes and points; and users that a program adds.

use serde_json::{Map, Value, json};

use super::cards;
use super::draft::Draft;
use super::filters::Filter;
use super::place::Place;
use super::{
    Answer, BATCH, Reply, Request, Wrong, all, bad, fields, hal, list as items, not_found, request_id, shows, typed,
};
use crate::crm::exchange::put;
use crate::crm::ids;
use crate::crm::state::{
    Account, CARD_FILES, COMPANIES, CONTACTS, CUSTOMERS, Card, Entity, LEADS, NOTES, User, UserRights, entity,
};

/// Leads in one call of `leads/complex`.
const COMPLEX: usize = 50;

fn of(entity: &'static Entity) -> Place<'static> {
    Place { entity, parent: String::new(), rest: &[] }
}

/// A card that comes with a lead: a new one, or one that is there.
enum With {
    New(Box<(Draft, Value)>),
    Known(i64),
}

fn enclosed(
    request: &Request<'_>,
    account: &Account,
    entity: &'static Entity,
    item: &Value,
) -> Result<Option<With>, Wrong> {
    let Some(one) = item["_embedded"][entity.name].get(0) else { return Ok(None) };
    match one["id"].as_i64() {
        Some(id) if account.crm.card(entity, id).is_some() => Ok(Some(With::Known(id))),
        Some(id) => Err(Wrong::unknown("_embedded", format!("{} with id = {id} not found", entity.name))),
        None => {
            let draft = Draft::read(request, account, &of(entity), None, one)?;
            Ok(Some(With::New(Box::new((draft, one.clone())))))
        }
    }
}

/// `POST leads/complex`: each lead with at most one contact and one company. Nothing is merged here: no account has the
/// control of duplicates.
pub(super) fn complex(request: &Request<'_>) -> Reply {
    let list = request.batch(COMPLEX, 422)?;
    request.change(|account, now| {
        let drafts = all(list, |item| {
            let both = [&CONTACTS, &COMPANIES].map(|entity| enclosed(request, account, entity, item));
            let mut lead = item.clone();
            if let Some(embedded) = lead.get_mut("_embedded").and_then(Value::as_object_mut) {
                embedded.retain(|key, _| !matches!(key.as_str(), "contacts" | "companies"));
            }
            let [contact, company] = both;
            Ok((Draft::read(request, account, &of(&LEADS), None, &lead)?, contact?, company?))
        })?;
        let mut shown = Vec::new();
        for ((lead, contact, company), (at, item)) in drafts.into_iter().zip(list.iter().enumerate()) {
            let mut keep = |entity: &'static Entity, one: Option<With>| match one {
                None => None,
                Some(With::Known(id)) => Some(id),
                Some(With::New(both)) => Some(cards::kept(request, account, &of(entity), &both.1, both.0, now)),
            };
            let (contact, company) = (keep(&CONTACTS, contact), keep(&COMPANIES, company));
            let id = cards::kept(request, account, &of(&LEADS), item, lead, now);
            for (kind, other) in [(CONTACTS.name, contact), (COMPANIES.name, company)] {
                if let Some(other) = other {
                    account.crm.tie((LEADS.name, id), (kind, other), Map::new());
                }
            }
            if let (Some(contact), Some(company)) = (contact, company) {
                account.crm.tie((CONTACTS.name, contact), (COMPANIES.name, company), Map::new());
            }
            shown.push(json!({
                "id": id, "contact_id": contact, "company_id": company, "request_id": [request_id(item, at)],
                "merged": false,
            }));
        }
        Ok(hal(&Value::Array(shown)))
    })
}

/// `GET {cards}/tags?query=…&filter[name]=…`: 204 if empty.
pub(super) fn tags(request: &Request<'_>, parts: &[&str]) -> Reply {
    let kind = parts.first().and_then(|name| entity(name)).ok_or_else(|| not_found("there are no such cards"))?;
    let query = request.call.query("query").unwrap_or_default().to_lowercase();
    let shown = request.account(|account| {
        let all = account.tags_of(kind).filter(|(_, name, _)| name.to_lowercase().contains(&query));
        let all = all.map(|(id, name, color)| json!({"id": id, "name": name, "color": color}));
        all.filter(|row| Filter::of(request.call).fits(&|key| row.get(key).cloned())).collect()
    })?;
    request.page_of(&format!("{}/tags", kind.name), "tags", 250, shown)
}

/// `POST {cards}/tags`.
pub(super) fn add_tags(request: &Request<'_>, parts: &[&str]) -> Reply {
    let kind = parts.first().and_then(|name| entity(name)).ok_or_else(|| not_found("there are no such cards"))?;
    let list = request.batch(BATCH, 422)?;
    request.change(|account, _| {
        let names = all(list, |item| {
            let given = fields(item)?;
            let color = given.text("color").map_err(typed("color"))?;
            Ok((given.required_text("name").map_err(typed("name"))?.to_owned(), json!(color)))
        })?;
        account.crm.tags.extend(names.iter().map(|(name, color)| ((kind.name, name.clone()), color.clone())));
        let shown = names.iter().zip(list.iter().enumerate()).filter_map(|((name, _), (at, item))| {
            let (id, name, color) = account.tags_of(kind).find(|(_, known, _)| known == name)?;
            Some(json!({"id": id, "name": name, "color": color, "request_id": request_id(item, at)}))
        });
        let shown: Vec<Value> = shown.collect();
        Ok(hal(&json!({
            "_total_items": shown.len(), "_links": request.link(&format!("{}/tags", kind.name)),
            "_embedded": {"tags": shown},
        })))
    })
}

/// `GET`, `PUT` and `DELETE {cards}/{id}/files`.
pub(super) fn files(request: &Request<'_>, parts: &[&str]) -> Reply {
    let path = format!("{}/files", parts.join("/"));
    let parent = parts.join("/");
    let show = |account: &Account| -> Vec<Value> {
        let own = account.crm.all(&CARD_FILES).iter().filter(|one| one.parent == parent);
        own.map(|one| json!({"id": one.id, "file_uuid": one.text("file_uuid"), "_links": request.link(&path)}))
            .collect()
    };
    let uuids = |list: &[Value]| {
        all(list, |item| Ok(fields(item)?.required_text("file_uuid").map_err(typed("file_uuid"))?.to_owned()))
    };
    match request.call.method.as_str() {
        "GET" => request.page_of(&path, "files", 250, request.account(show)?),
        "PUT" => {
            let uuids = uuids(request.batch(BATCH, 422)?)?;
            request.change(|account, _| {
                for uuid in uuids {
                    let mut file = Card { id: account.next_number(), parent: parent.clone(), ..Card::default() };
                    file.set("file_uuid", uuid.as_str());
                    account
                        .crm
                        .all_mut(&CARD_FILES)
                        .retain(|one| one.parent != parent || one.text("file_uuid") != uuid);
                    account.crm.all_mut(&CARD_FILES).push(file);
                }
                Ok(hal(&json!({"_links": request.link(&path), "_embedded": {"files": show(account)}})).with_status(202))
            })
        }
        _ => {
            let uuids = uuids(request.batch(BATCH, 422)?)?;
            request.change(|account, _| {
                let is_named =
                    |one: &Card| one.parent == parent && uuids.iter().any(|uuid| one.text("file_uuid") == uuid);
                account.crm.all_mut(&CARD_FILES).retain(|one| !is_named(one));
                Ok(Answer::empty(204))
            })
        }
    }
}

/// `POST calls`: a note at the contact with this phone; one that nobody has is an error of its own.
pub(super) fn calls(request: &Request<'_>) -> Reply {
    let list = request.batch(BATCH, 422)?;
    request.change(|account, now| {
        let wanted = all(list, |item| {
            let given = fields(item)?;
            for key in ["duration", "phone", "direction", "source"] {
                given.raw(key).ok_or_else(|| Wrong::blank(key))?;
            }
            let direction = given.required_text("direction").map_err(typed("direction"))?;
            let kind = match direction {
                "inbound" => "call_in",
                "outbound" => "call_out",
                _ => return Err(Wrong::no_choice("direction")),
            };
            Ok((kind, given.required_text("phone").map_err(typed("phone"))?.to_owned()))
        })?;
        let (mut shown, mut errors) = (Vec::new(), Vec::new());
        for ((kind, phone), (at, item)) in wanted.into_iter().zip(list.iter().enumerate()) {
            let found = account.crm.all(&CONTACTS).iter().find(|contact| contact.matches(&phone)).map(|one| one.id);
            let Some(id) = found else {
                let request_id = request_id(item, at);
                errors.push(json!({"title": "Entity not found", "detail": "Entity not found", "status": 263, "request_id": request_id}));
                continue;
            };
            let mut note = account.new_card(request.grant.user_id, now);
            note.parent = format!("{}/{id}", CONTACTS.name);
            note.set("note_type", kind);
            note.set("params", item.clone());
            let call_id = account.keep_card(&NOTES, note);
            shown.push(json!({
                "id": call_id, "entity_id": id, "entity_type": "contact", "account_id": account.id,
                "request_id": request_id(item, at), "_embedded": {"entity": request.entity(CONTACTS.name, id)},
            }));
        }
        let status = if shown.is_empty() { 400 } else { 200 };
        Ok(hal(&json!({"_total_items": shown.len(), "errors": errors, "_embedded": {"calls": shown}})).with_status(status))
    })
}

/// `POST short_links`.
pub(super) fn short_links(request: &Request<'_>) -> Reply {
    let list = request.batch(BATCH, 422)?;
    let account_id = request.account(|account| account.id)?;
    let shown = all(list, |item| {
        let given = fields(item)?;
        let url = given.link("url").map_err(typed("url"))?.ok_or_else(|| Wrong::blank("url"))?;
        let metadata = given.required_object("metadata").map_err(typed("metadata"))?;
        let id = metadata.required_number("entity_id").map_err(typed("metadata"))?;
        let kind = metadata.required_text("entity_type").map_err(typed("metadata"))?;
        let code = ids::fold(&format!("{url}{kind}{id}"), 1_000_000);
        Ok(json!({
            "url": format!("https://{}/s/{code:x}", request.host), "account_id": account_id, "entity_id": id,
            "entity_type": kind, "metadata": {"entity_id": id, "entity_type": kind},
        }))
    })?;
    Ok(hal(&json!({"_total_items": shown.len(), "_embedded": {"short_links": shown}})))
}

/// `POST website_buttons`: 202, the button is made later; here at once.
pub(super) fn add_button(request: &Request<'_>) -> Reply {
    let body = request.object()?;
    request.change(|account, _| {
        let read = || {
            let given = fields(body)?;
            let id = given.required_number("pipeline_id").map_err(typed("pipeline_id"))?;
            let sites = items(&given, "trusted_websites")?.to_vec();
            let in_app = given.boolean("is_used_in_app").map_err(typed("is_used_in_app"))?.unwrap_or(false);
            match account.pipelines().iter().any(|pipeline| pipeline.id == id) {
                false => Err(Wrong::no_choice("pipeline_id")),
                true if sites.is_empty() && !in_app => Err(Wrong::blank("trusted_websites")),
                true => Ok((id, sites)),
            }
        };
        let (pipeline_id, sites) = read().map_err(Wrong::alone)?;
        let (source_id, button_id) = (account.next_number(), account.next_number());
        account.crm.buttons.push(json!({
            "account_id": account.id, "source_id": source_id, "button_id": button_id,
            "name": format!("Button #{button_id}"), "is_duplication_control_enabled": true, "is_deleted": false,
            "creation_status": "created", "pipeline_id": pipeline_id, "trusted_websites": sites,
        }));
        let shown = json!({"source_id": source_id, "trusted_websites": sites});
        Ok(hal(&shown).with_status(202))
    })
}

/// `GET website_buttons` and `GET website_buttons/{source_id}`, both `?with=scripts`.
pub(super) fn buttons(request: &Request<'_>, id: &[&str]) -> Reply {
    let rows: Vec<Value> = request.account(|account| {
        let all = account.crm.buttons.iter();
        let all = all.filter(|one| id.first().is_none_or(|id| one["source_id"].as_i64() == id.parse().ok()));
        all.map(|button| {
            let mut shown = button.clone();
            shown.as_object_mut().map(|shown| shown.remove("trusted_websites"));
            if request.with("scripts") {
                put(&mut shown, "script", format!("<script>/* {} */</script>", button["button_id"]));
            }
            shown
        })
        .collect()
    })?;
    match (id, rows.first()) {
        ([], _) => request.page_of("website_buttons", "website_buttons", 250, rows),
        (_, Some(button)) => Ok(hal(button)),
        (_, None) => Err(not_found("no button has this source")),
    }
}

/// `PATCH website_buttons/{source_id}` adds sites, `POST …/online_chat` a chat: 202 with an empty object.
pub(super) fn change_button(request: &Request<'_>, id: &[&str]) -> Reply {
    let is_patch = request.call.method == "PATCH";
    let more = if is_patch { request.object()?["trusted_websites"]["add"].as_array().cloned() } else { None };
    request.change(|account, _| {
        let is_it = |one: &&mut Value| one["source_id"].as_i64() == id.concat().parse().ok();
        let button =
            account.crm.buttons.iter_mut().find(is_it).ok_or_else(|| not_found("no button has this source"))?;
        if let Some(sites) = button["trusted_websites"].as_array_mut() {
            sites.extend(more.unwrap_or_default());
        }
        match is_patch {
            true => Ok(hal(button)),
            false => Ok(hal(&json!({})).with_status(202)),
        }
    })
}

/// `PATCH customers/mode`.
pub(super) fn customers_mode(request: &Request<'_>) -> Reply {
    let body = request.object()?;
    let read = || {
        let given = fields(body)?;
        let mode = given.required_text("mode").map_err(typed("mode"))?;
        let is_enabled = given.boolean("is_enabled").map_err(typed("is_enabled"))?.unwrap_or(true);
        match matches!(mode, "segments" | "periodicity") {
            true => Ok((mode.to_owned(), is_enabled)),
            false => Err(Wrong::no_choice("mode")),
        }
    };
    let (mode, is_enabled) = read().map_err(Wrong::alone)?;
    request.change(|account, _| {
        account.customers_mode = if is_enabled { mode.clone() } else { "disabled".to_owned() };
        Ok(hal(&json!({"mode": mode, "is_enabled": is_enabled, "_links": request.link("customers/mode")})))
    })
}

/// `POST customers/{id}/bonus_points` with `earn` or `redeem`.
pub(super) fn bonus_points(request: &Request<'_>, parts: &[&str]) -> Reply {
    let body = request.object()?;
    request.change(|account, _| {
        let id = parts.concat().parse().unwrap_or_default();
        let customer = account.crm.card_mut(&CUSTOMERS, id).ok_or_else(|| not_found("no customer has this id"))?;
        let points = match (body["earn"].as_i64(), body["redeem"].as_i64()) {
            (Some(earned), None) => customer.number("bonus_points") + earned,
            (None, Some(spent)) if spent <= customer.number("bonus_points") => customer.number("bonus_points") - spent,
            _ => return Err(bad("one of earn and redeem is needed, and not more than there are")),
        };
        customer.set("bonus_points", points);
        Ok(hal(&json!({"bonus_points": points})))
    })
}

/// A view right as roles and users have it.
fn right(rights: &Value, of: &str) -> char {
    rights[of]["view"].as_str().and_then(|view| view.chars().next()).unwrap_or('A')
}

/// `POST users`.
pub(super) fn add_users(request: &Request<'_>) -> Reply {
    let list = request.batch(BATCH, 422)?;
    request.change(|account, _| {
        let wanted = all(list, |item| {
            let given = fields(item)?;
            let name = given.text("name").map_err(typed("name"))?.unwrap_or_default();
            let email = given.required_text("email").map_err(typed("email"))?;
            given.required_text("password").map_err(typed("password"))?;
            if account.users.iter().any(|user| user.email == email) {
                return Err(Wrong("NotUnique", "email", format!("{email} is a user already")));
            }
            Ok((name.to_owned(), email.to_owned(), item["rights"].clone()))
        })?;
        let mut shown = Vec::new();
        for ((name, email, rights), (at, item)) in wanted.into_iter().zip(list.iter().enumerate()) {
            let id = account.next_number();
            let user = User {
                id,
                name,
                email,
                is_admin: rights["is_admin"].as_bool().unwrap_or(false),
                amojo_id: Some(account.amojo_id_of(id)),
                role_id: rights["role_id"].as_i64(),
                rights: UserRights {
                    leads: right(&rights, "leads"),
                    contacts: right(&rights, "contacts"),
                    group_id: rights["group_id"].as_i64(),
                    stages: Vec::new(),
                    given: rights.as_object().cloned().unwrap_or_default(),
                },
            };
            let mut one = shows::user(request, account, &user);
            put(&mut one, "request_id", request_id(item, at));
            account.users.push(user);
            shown.push(one);
        }
        Ok(hal(&json!({"_total_items": shown.len(), "_embedded": {"users": shown}})))
    })
}

/// `POST users/deactivate` with a list of ids.
pub(super) fn deactivate_users(request: &Request<'_>) -> Reply {
    let ids: Vec<i64> = match &request.call.json {
        Value::Array(list) => list.iter().filter_map(|one| one.as_i64().or_else(|| one["id"].as_i64())).collect(),
        body => body["ids"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect(),
    };
    request.change(|account, _| {
        account.users.retain(|user| !ids.contains(&user.id) || user.id == request.grant.user_id);
        Ok(Answer::empty(204))
    })
}
