//! Pipelines and their stages: www.amocrm.ru/developers/content/crm_platform/leads_pipelines.

use serde_json::{Value, json};

use super::{Call, account::gone, hal, problem};
use crate::crm::{
    exchange::Answer,
    state::{
        Account, Pipeline,
        crm::{FIRST_STEP, LOST, UNSORTED_STEP, WON},
    },
};

fn statuses(call: &Call<'_>, account: &Account, pipeline: &Pipeline) -> Vec<Value> {
    let path = format!("leads/pipelines/{}/statuses", pipeline.id);
    let status = |id: i64, name: &str, sort: i64, kind: i64| {
        json!({
            "id": id,
            "name": name,
            "sort": sort,
            "is_editable": kind == 0 && !matches!(id, WON | LOST),
            "pipeline_id": pipeline.id,
            "color": "#99ccff",
            "type": kind,
            "account_id": account.id,
            "_links": call.link(&format!("{path}/{id}")),
        })
    };
    let [incoming, first, won, lost] = account.stages;
    vec![
        status(Account::step(pipeline.id, UNSORTED_STEP), incoming, 10, 1),
        status(Account::step(pipeline.id, FIRST_STEP), first, 20, 0),
        status(WON, won, 1420, 0),
        status(LOST, lost, 1430, 0),
    ]
}

fn show(call: &Call<'_>, account: &Account, pipeline: &Pipeline, place: i64) -> Value {
    json!({
        "id": pipeline.id,
        "name": pipeline.name,
        "sort": place,
        "is_main": pipeline.is_main,
        "is_unsorted_on": true,
        "is_archive": account.switches.archived.contains(&pipeline.id),
        "account_id": account.id,
        "_links": call.link(&format!("leads/pipelines/{}", pipeline.id)),
        "_embedded": {"statuses": statuses(call, account, pipeline)},
    })
}

/// `GET leads/pipelines`.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let body = call.account(|account| {
        let all = account.pipelines.iter().zip(1_i64..);
        let list: Vec<Value> = all.map(|(pipeline, place)| show(call, account, pipeline, place)).collect();
        json!({
            "_total_items": list.len(),
            "_links": call.link("leads/pipelines"),
            "_embedded": {"pipelines": list},
        })
    });
    body.map_or_else(gone, |body| hal(&body))
}

fn of<T>(call: &Call<'_>, id: &str, look: impl FnOnce(&Account, &Pipeline, i64) -> T) -> Option<T> {
    let found = call.account(|account| {
        let mut all = account.pipelines.iter().zip(1_i64..);
        let (pipeline, place) = all.find(|(pipeline, _)| pipeline.id.to_string() == id)?;
        Some(look(account, pipeline, place))
    });
    found.flatten()
}

fn not_found() -> Answer {
    problem(404, "Not Found", "no pipeline has this id")
}

/// `GET leads/pipelines/{id}`.
pub(super) fn one(call: &Call<'_>, id: &str) -> Answer {
    of(call, id, |account, pipeline, place| show(call, account, pipeline, place))
        .map_or_else(not_found, |body| hal(&body))
}

/// `GET leads/pipelines/{id}/statuses`.
pub(super) fn steps(call: &Call<'_>, id: &str) -> Answer {
    let found = of(call, id, |account, pipeline, _| statuses(call, account, pipeline));
    found.map_or_else(not_found, |list| {
        hal(&json!({
            "_total_items": list.len(),
            "_links": call.link(&format!("leads/pipelines/{id}/statuses")),
            "_embedded": {"statuses": list},
        }))
    })
}

/// `GET leads/pipelines/{id}/statuses/{status_id}`.
pub(super) fn step(call: &Call<'_>, id: &str, status_id: &str) -> Answer {
    let found = of(call, id, |account, pipeline, _| {
        let known = |one: &Value| one.get("id").and_then(Value::as_i64).is_some_and(|id| id.to_string() == status_id);
        statuses(call, account, pipeline).into_iter().find(known)
    });
    found.flatten().map_or_else(not_found, |body| hal(&body))
}
