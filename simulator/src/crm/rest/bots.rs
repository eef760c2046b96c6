//! Salesbots by the API: developers.kommo.com/reference/launch-a-salesbot, …/get-salesbot-by-id, …/stop-salesbot. Those of an
//! account are the ones that ran from the designer.

use std::sync::Arc;

use serde_json::{Value, json};

use super::lists::{Listing, Size};
use super::{Answer, Reply, Request, Wrong, all, fields, not_found, typed};
use crate::crm::bots;
use crate::crm::state::{Account, BotRun, CONTACTS, LEADS};

pub(super) const BOTS: Listing = Listing {
    path: "bots",
    key: "items",
    id: "id",
    size: Size::All(&["_page", "_page_count"]),
    may_be_empty: true,
    missing: "",
    rows: |_, account| {
        let mut ids: Vec<i64> = account.bots.iter().map(|run| run.bot_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let row = |id: &i64| {
            json!({
                "id": id, "name": format!("Salesbot #{id}"), "type_functionality": "regular", "can_interrupt": true,
                "type": 2, "settings": {"silent": false, "active": true, "is_sandbox": false,
                    "is_broadcast_sandbox": false, "readonly": false},
            })
        };
        ids.iter().map(row).collect()
    },
};

fn last(account: &Account, bot_id: i64) -> Option<&BotRun> {
    account.bots.iter().rev().find(|run| run.bot_id == bot_id)
}

/// The lead of an item: itself, or the newest of a contact.
fn lead(account: &Account, item: &Value) -> Result<i64, Wrong> {
    let given = fields(item)?;
    let id = given.required_number("entity_id").map_err(typed("entity_id"))?;
    let of_contact = || account.crm.tied((CONTACTS.name, id), LEADS.name).last().map(|(lead, _)| *lead);
    let found = match given.required_text("entity_type").map_err(typed("entity_type"))? {
        "leads" => account.crm.card(&LEADS, id).map(|lead| lead.id),
        "contacts" => of_contact(),
        _ => return Err(Wrong::no_choice("entity_type")),
    };
    found.ok_or_else(|| Wrong::unknown("entity_id", format!("no lead for id = {id}")))
}

fn start(request: &Request<'_>, runs: Vec<(BotRun, i64)>) -> Answer {
    let (core, host) = (Arc::clone(request.core), request.host.to_owned());
    actix_web::rt::spawn(async move {
        for (run, lead) in runs {
            drop(bots::start(&core, &host, &run.integration, lead, &run.steps.to_string(), Some(run.bot_id)).await);
        }
    });
    Answer::empty(202)
}

/// `POST bots/run` with `bot_id`, `entity_type` and `entity_id` in each item.
pub(super) fn run_many(request: &Request<'_>) -> Reply {
    let alone = request.call.json.as_object().map(|_| std::slice::from_ref(&request.call.json));
    let items = alone.map_or_else(|| request.batch(100, 400), Ok)?;
    let runs = request.account(|account| {
        all(items, |item| {
            let id = fields(item)?.required_number("bot_id").map_err(typed("bot_id"))?;
            let run = last(account, id).ok_or_else(|| Wrong::unknown("bot_id", format!("no bot has the id {id}")))?;
            Ok((run.clone(), lead(account, item)?))
        })
    })??;
    Ok(start(request, runs))
}

fn bot_of(parts: &[&str]) -> i64 {
    parts.concat().parse().unwrap_or_default()
}

/// `POST bots/{id}/run`.
pub(super) fn run(request: &Request<'_>, parts: &[&str]) -> Reply {
    let body = request.object()?;
    let run = request.account(|account| {
        let run = last(account, bot_of(parts)).ok_or_else(|| not_found("no bot has this id"))?;
        Ok((run.clone(), lead(account, body).map_err(Wrong::alone)?))
    })??;
    Ok(start(request, vec![run]))
}

/// `POST bots/{id}/stop`: it waits no longer.
pub(super) fn stop(request: &Request<'_>, parts: &[&str]) -> Reply {
    let body = request.object()?;
    request.change(|account, _| {
        let lead = lead(account, body).map_err(Wrong::alone)?;
        let is_it = |run: &&mut BotRun| (run.bot_id, run.lead_id) == (bot_of(parts), lead);
        account.bots.iter_mut().filter(is_it).for_each(|run| run.waits = false);
        Ok(Answer::empty(202))
    })
}
