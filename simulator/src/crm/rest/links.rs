//! Links of cards, alone and many at once: www.amocrm.ru/developers/content/crm_platform/entity-links-api.

use serde_json::{Map, Value, json};

use super::filters::Filter;
use super::place::Place;
use super::{Answer, BATCH, Reply, Request, Wrong, all, fields, hal, not_found, typed};
use crate::crm::exchange::put;
use crate::crm::state::{Account, Entity, Of, entity};

/// A link that a request names.
pub(super) struct Wanted {
    pub(super) from: Of,
    pub(super) to: Of,
    pub(super) metadata: Map<String, Value>,
}

/// The name of a kind in links.
pub(super) fn linked_name(entity: &'static Entity) -> &'static str {
    if entity.name == "elements" { "catalog_elements" } else { entity.name }
}

/// One end of a link, which must be there.
pub(super) fn end(account: &Account, from: &Entity, kind: &str, id: i64) -> Result<Of, Wrong> {
    let known = from.links.iter().find(|known| **known == kind).and_then(|kind| entity(kind));
    let known = known.ok_or_else(|| Wrong::no_choice("to_entity_type"))?;
    match account.crm.card(known, id) {
        Some(_) => Ok((linked_name(known), id)),
        None => Err(Wrong::unknown("to_entity_id", format!("{kind} with id = {id} not found"))),
    }
}

fn read(account: &Account, place: &Place<'_>, id: Option<i64>, item: &Value) -> Result<Wanted, Wrong> {
    let given = fields(item)?;
    let id = match id {
        Some(id) => id,
        None => given.required_number("entity_id").map_err(typed("entity_id"))?,
    };
    if account.crm.card(place.entity, id).is_none() {
        return Err(Wrong::unknown("entity_id", format!("{} with id = {id} not found", place.entity.name)));
    }
    let kind = given.required_text("to_entity_type").map_err(typed("to_entity_type"))?;
    let to = given.required_number("to_entity_id").map_err(typed("to_entity_id"))?;
    let to = end(account, place.entity, kind, to)?;
    given.object("metadata").map_err(typed("metadata"))?;
    let metadata = item["metadata"].as_object().cloned().unwrap_or_default();
    Ok(Wanted { from: (linked_name(place.entity), id), to, metadata })
}

/// `POST {cards}/{id}/link` and `…/unlink`, or without an id `POST {cards}/link` of several cards.
pub(super) fn change(request: &Request<'_>, place: &Place<'_>, id: Option<i64>, is_new: bool) -> Reply {
    let items = request.batch(BATCH, 422)?;
    request.change(|account, _| {
        let wanted = all(items, |item| read(account, place, id, item))?;
        let mut shown = Vec::new();
        for Wanted { from, to, metadata } in wanted {
            shown.push(json!({
                "entity_id": from.1,
                "entity_type": from.0,
                "to_entity_id": to.1,
                "to_entity_type": to.0,
                "metadata": if metadata.is_empty() { Value::Null } else { json!(metadata) },
            }));
            match is_new {
                true => account.crm.tie(from, to, metadata),
                false => account.crm.untie(from, to),
            }
        }
        let path = format!("{}/links", place.path());
        Ok(match is_new {
            true => hal(&json!({
                "_total_items": shown.len(),
                "_links": request.link(&path),
                "_embedded": {"links": shown},
            })),
            false => Answer::empty(204),
        })
    })
}

/// `GET {cards}/{id}/links`, or `GET {cards}/links?filter[entity_id][]=…`.
pub(super) fn list(request: &Request<'_>, place: &Place<'_>, id: Option<i64>) -> Reply {
    let filter = Filter::of(request.call);
    let ids: Vec<i64> = match id {
        Some(id) => vec![id],
        None => filter.values("entity_id").into_iter().filter_map(|id| id.parse().ok()).collect(),
    };
    let filter = filter.but(&["entity_id"]);
    let rows = request.account(|account| {
        if id.is_some_and(|id| account.crm.card(place.entity, id).is_none()) {
            return Err(not_found("no card has this id"));
        }
        let of_kind = |from: i64, kind: &'static str| {
            let card = (linked_name(place.entity), from);
            account.crm.tied(card, kind).into_iter().map(move |(to, metadata)| {
                let metadata = if metadata.is_empty() { Value::Null } else { json!(metadata) };
                let mut row = json!({"to_entity_id": to, "to_entity_type": kind, "metadata": metadata});
                if id.is_none() {
                    put(&mut row, "entity_id", from);
                    put(&mut row, "entity_type", card.0);
                }
                row
            })
        };
        let kinds = place.entity.links.iter().copied();
        let all = ids.iter().flat_map(|from| kinds.clone().flat_map(move |kind| of_kind(*from, kind)));
        Ok(all.filter(|row| filter.fits(&|key| row.get(key).cloned())).collect::<Vec<Value>>())
    })??;
    let path = match id {
        Some(id) => format!("{}/{id}/links", place.path()),
        None => format!("{}/links", place.path()),
    };
    Ok(hal(&json!({"_total_items": rows.len(), "_links": request.link(&path), "_embedded": {"links": rows}})))
}
