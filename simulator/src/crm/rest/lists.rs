//! Collections of what is no card: each is a row of its own, and the same two methods read them all.

use serde_json::{Map, Value, json};

use super::filters::Filter;
use super::{Answer, Reply, Request, hal, not_found, shows};
use crate::crm::state::Account;

/// A collection: where it is, and how it is shown.
pub(super) struct Listing {
    pub(super) path: &'static str,
    /// Its key in `_embedded`.
    pub(super) key: &'static str,
    /// The field by which one is asked for.
    pub(super) id: &'static str,
    pub(super) size: Size,
    /// Whether an empty list is 204.
    pub(super) may_be_empty: bool,
    /// The words of the 404 for one that is not there; 204 without words.
    pub(super) missing: &'static str,
    pub(super) rows: fn(&Request<'_>, &Account) -> Vec<Value>,
}

/// How much a list shows.
#[derive(Clone, Copy)]
pub(super) enum Size {
    /// At most so many a page.
    Pages(usize),
    /// Everything; these fields of the answer are 1.
    All(&'static [&'static str]),
}

pub(super) const USERS: Listing = Listing {
    path: "users",
    key: "users",
    id: "id",
    size: Size::All(&["_page", "_page_count"]),
    may_be_empty: false,
    missing: "no user has this id",
    rows: |request, account| account.users.iter().map(|user| shows::user(request, account, user)).collect(),
};

pub(super) const TALKS: Listing = Listing {
    path: "talks",
    key: "talks",
    id: "talk_id",
    size: Size::Pages(250),
    may_be_empty: true,
    missing: "no talk has this id",
    rows: |request, account| account.crm.talks.iter().map(|talk| shows::talk(request, account, talk)).collect(),
};

pub(super) const UNSORTED: Listing = Listing {
    path: "leads/unsorted",
    key: "unsorted",
    id: "uid",
    size: Size::Pages(250),
    may_be_empty: true,
    missing: "no incoming lead has this uid",
    rows: |request, account| {
        let mut all: Vec<Value> = account.crm.waiting().map(|one| shows::unsorted(request, account, one)).collect();
        if request.call.query("order[created_at]") == Some("desc") {
            all.reverse();
        }
        all
    },
};

/// What happened in the account, the newest first: messages of all integrations' chats, and new cards.
pub(super) const EVENTS: Listing = Listing {
    path: "events",
    key: "events",
    id: "id",
    size: Size::Pages(100),
    may_be_empty: true,
    missing: "no event has this id",
    rows: |request, account| {
        let mut rows = shows::chat_events(request, account);
        rows.extend(shows::card_events(request, account));
        rows.sort_by_key(|row| std::cmp::Reverse(row["created_at"].as_i64()));
        rows
    },
};

/// More than the page of 15 that the SDK's example asks for.
const CURRENCIES_OF_ALL: &str = "RUB ₽, USD $, EUR €, KZT ₸, BYN Br, UZS soʻm, GEL ₾, AMD ֏, AZN ₼, KGS с, TRY ₺, GBP £, CNY ¥, \
                                 BRL R$, MXN Mex$, COP Col$, ARS Arg$, INR ₹";

pub(super) const CURRENCIES: Listing = Listing {
    path: "currencies",
    key: "currencies",
    id: "code",
    size: Size::Pages(250),
    may_be_empty: true,
    missing: "no currency has this code",
    rows: |_, _| {
        let row = |(code, symbol)| json!({"code": code, "symbol": symbol, "precision": 2, "format": "%v %s"});
        CURRENCIES_OF_ALL.split(", ").filter_map(|one| one.split_once(' ')).map(row).collect()
    },
};

/// The messages of a talk, the newest first, with Kommo's add-on: developers.kommo.com/reference/chats-api-add-on.
pub(super) fn talk_messages(request: &Request<'_>, id: &[&str]) -> Reply {
    if !request.account(|account| account.switches.external_history)? {
        return Err(Answer::problem(403, "Forbidden", "the integration has no scope for external chat history"));
    }
    let id = id.concat();
    let rows = request.account(|account| {
        let talk = account.crm.talks.iter().find(|talk| talk.id.to_string() == id && !account.switches.no_talks)?;
        let of_it = account.messages.iter().filter(|message| message.chat_id == talk.chat_id);
        Some(of_it.rev().map(|message| shows::talk_message(talk, message)).collect())
    });
    let rows: Vec<Value> = rows?.ok_or_else(|| not_found(TALKS.missing))?;
    request.page_of(&format!("talks/{id}/messages"), "messages", 250, rows)
}

/// A token sees only the sources of its own integration.
pub(super) const SOURCES: Listing = Listing {
    path: "sources",
    key: "sources",
    id: "id",
    size: Size::All(&[]),
    may_be_empty: true,
    missing: "",
    rows: |request, account| {
        let own = account.sources.iter().filter(|source| source.client_id == request.grant.client_id);
        own.map(|source| shows::source(request, source)).collect()
    },
};

/// A token sees only its own integration's templates.
pub(super) const TEMPLATES: Listing = Listing {
    path: "chats/templates",
    key: "chat_templates",
    id: "id",
    size: Size::Pages(50),
    may_be_empty: true,
    missing: "no template of this integration has this id",
    rows: |request, account| {
        let own = account.crm.templates.iter().filter(|one| one.owner.as_ref() == Some(&request.grant.client_id));
        own.map(|one| shows::template(request, account, one, request.with("reviews"))).collect()
    },
};

/// They belong to the account, and their destination identifies them.
pub(super) const WEBHOOKS: Listing = Listing {
    path: "webhooks",
    key: "webhooks",
    id: "id",
    size: Size::All(&[]),
    may_be_empty: true,
    missing: "",
    rows: |request, account| account.crm.webhooks.iter().map(|one| shows::webhook(request, account, one)).collect(),
};

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn rows(request: &Request<'_>, listing: &Listing) -> Vec<Value> {
    request.account(|account| (listing.rows)(request, account)).unwrap_or_default()
}

/// All of a collection that are asked for.
pub(super) fn list(request: &Request<'_>, listing: &Listing) -> Reply {
    let (mut rows, filter) = (rows(request, listing), Filter::of(request.call));
    rows.retain(|row| filter.fits(&|key| row.get(key).cloned()));
    match listing.size {
        Size::Pages(largest) => request.page_of(listing.path, listing.key, largest, rows),
        Size::All(_) if rows.is_empty() && listing.may_be_empty => Ok(Answer::empty(204)),
        Size::All([_, ..]) if request.call.query("page").is_some_and(|page| page != "1") => Ok(Answer::empty(204)),
        Size::All(ones) => Ok(whole(request, listing.path, listing.key, ones, &rows)),
    }
}

fn whole(request: &Request<'_>, path: &str, key: &str, ones: &[&str], rows: &[Value]) -> Answer {
    let mut body: Map<String, Value> = ones.iter().map(|one| ((*one).to_owned(), json!(1))).collect();
    body.insert("_total_items".to_owned(), json!(rows.len()));
    body.insert("_links".to_owned(), request.link(path));
    body.insert("_embedded".to_owned(), json!({key: rows}));
    hal(&Value::Object(body))
}

pub(super) fn one(request: &Request<'_>, listing: &Listing, id: &[&str]) -> Reply {
    let id = id.first().copied().unwrap_or_default();
    let found = rows(request, listing).into_iter().find(|row| plain(&row[listing.id]) == id);
    match found {
        Some(row) => Ok(hal(&row)),
        None if listing.missing.is_empty() => Ok(Answer::empty(204)),
        None => Err(not_found(listing.missing)),
    }
}
