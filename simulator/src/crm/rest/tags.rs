//! Tags in use: www.amocrm.ru/developers/content/crm_platform/tags-api.

use std::collections::BTreeSet;

use super::{Call, contacts::tags, page::Page};
use crate::crm::exchange::Answer;

/// `GET {entity}/tags?query=…`; 204 if empty.
pub(super) fn list(call: &Call<'_>, entity: &str) -> Answer {
    let page = match Page::of(call, 250) {
        Ok(page) => page,
        Err(answer) => return answer,
    };
    let query = call.request.query_value("query").unwrap_or_default().to_lowercase();
    let shown = call.account(|account| {
        let names: BTreeSet<&String> = match entity {
            "contacts" => account.crm.contacts.iter().flat_map(|one| &one.tags).collect(),
            _ => account.crm.cards.values().flat_map(|card| &card.tags).collect(),
        };
        let wanted = names.into_iter().filter(|name| name.to_lowercase().contains(&query)).cloned();
        tags(account, &page.cut(wanted).collect::<Vec<_>>())
    });
    page.answer(call, &format!("{entity}/tags"), "tags", shown.unwrap_or_default())
}
