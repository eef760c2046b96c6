//! Every route with another account's ids: nothing is there.
//!
//! The routes are read from the server's source, so that a new one is walked from its first day; what holds no id of an
//! account says here why.

mod headers;

use std::collections::BTreeMap;

use entity::{
    alert, alert_device, alert_notice, alert_reader, alert_webhook, api_key, audit, conversation, dead_letter, import,
    letter, member, message, oauth_grant, route_version, sale, saved_view, session, source, stray_source, tenant,
    tenant_channel,
};
use parom::delivery::read::dead::DeadLetterFilter;
use parom::delivery::replay;
use parom::delivery::replay::ReplayAction;
use parom_tests::settings::HOST;
use parom_tests::{Answer, Api, Line, World, answer, both, once};
use reqwest::Method;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::walls::read::server_module;

const OTHER: &str = "other.amocrm.ru";
/// An amoCRM source of the other account.
pub const STRAY: i64 = 31;

/// A route of the server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub method: String,
    pub path: String,
}

/// All routes of a module, with their scope.
pub fn routes(module: &str, scope: &str) -> Vec<Route> {
    let mut found = Vec::new();
    for file in server_module(module) {
        let text = std::fs::read_to_string(&file).unwrap().replace("web::", "");
        for (mark, end) in [(".route(\"", "\""), ("resource(\"", "\"")] {
            for (at, _) in text.match_indices(mark) {
                let rest = &text[at + mark.len()..];
                let (path, rest) = rest.split_once(end).unwrap();
                let until = rest.find(".route(\"").or(rest.find(';')).unwrap_or(rest.len());
                for method in ["get", "post", "put", "patch", "delete"] {
                    if rest[..until].contains(&format!("{method}().to(")) {
                        found.push(Route { method: method.to_uppercase(), path: format!("{scope}{path}") });
                    }
                }
            }
        }
        for method in ["get", "post", "put", "patch", "delete"] {
            for (at, mark) in text.match_indices(&format!("#[{method}(\"")) {
                let path = text[at + mark.len()..].split('"').next().unwrap();
                found.push(Route { method: method.to_uppercase(), path: format!("{scope}{path}") });
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// What the other account has.
struct Theirs {
    tenant: Uuid,
    source: Uuid,
    message: Uuid,
    conversation: Uuid,
    dead_letter: Uuid,
    webhook_attempt: Uuid,
    key: Uuid,
    person: Uuid,
    session: Uuid,
    import: Uuid,
    table: Uuid,
    replay: Uuid,
    template: Uuid,
    device: Uuid,
    view: Uuid,
    routes: i32,
}

impl Theirs {
    async fn of(world: &mut World, line: &Line) -> Self {
        world.customer(line, "anna").writes("Hello").await;
        world.deliver_all().await;
        world.messenger.answers_next([Answer::status(422)]);
        world.manager(line).answers("anna", "Good morning").await;
        world.deliver_all().await;
        let visitor = world.panel(line.tenant_id).await;
        visitor.opens("/panel/keys/new").await.is(200);
        visitor.sends("/panel/keys", &[("name", "Key"), ("scope", "read"), ("days", "")]).await;
        let db = world.app().store.write();
        stray(line.tenant_id).insert(db).await.unwrap();
        sold(line.tenant_id).insert(db).await.unwrap();
        let file = world.api.request(Method::POST, &line.path("/imports?dry_run=true"));
        let file = file.header("content-type", "application/x-ndjson").body(crate::import::texts("carl", 2));
        let imported = answer(file).await.is(202).text_at("/id");
        let table = crate::import::tables::waits(world, line, crate::import::tables::SHOP).await;
        let nothing = DeadLetterFilter { reason: Some("nothing has it".to_owned()), ..DeadLetterFilter::default() };
        let replay =
            replay::start(&world.app().delivery, line.tenant_id, ReplayAction::Retry, &nothing, "test").await.unwrap();
        let one = "one of theirs";
        let person = member::Entity::of_tenant(line.tenant_id).one(db).await.unwrap().expect(one).person_id;
        Self {
            tenant: line.tenant_id,
            source: line.source_id,
            message: message::Entity::of_tenant(line.tenant_id).one(db).await.unwrap().expect(one).id,
            conversation: conversation::Entity::of_tenant(line.tenant_id).one(db).await.unwrap().expect(one).id,
            dead_letter: dead_letter::Entity::of_tenant(line.tenant_id).one(db).await.unwrap().expect(one).id,
            webhook_attempt: last_webhook(world, line).await,
            key: api_key::Entity::of_tenant(line.tenant_id).one(db).await.unwrap().expect(one).id,
            person,
            session: session::Entity::of_tenant(line.tenant_id).one(db).await.unwrap().expect(one).id,
            import: imported.parse().expect("an id"),
            table,
            replay: replay.id,
            template: crate::templates::registered(db, line).await,
            device: device(person).insert(db).await.unwrap().id,
            view: view(line.tenant_id).insert(db).await.unwrap().id,
            routes: routes_of(line.tenant_id).insert(db).await.unwrap().number,
        }
    }

    /// The route with their ids; none when it takes no id of an account.
    fn in_path(&self, path: &str) -> Option<String> {
        let ids = [
            ("/sources/strays/{id}", format!("/sources/strays/{STRAY}")),
            ("/strays/{amocrm_source_id}", format!("/strays/{STRAY}")),
            ("/stray-sources/{amocrm_source_id}", format!("/stray-sources/{STRAY}")),
            ("/tenants/{tenant_id}", format!("/tenants/{}", self.tenant)),
            ("/sources/{source_id}", format!("/sources/{}", self.source)),
            ("/sources/{id}", format!("/sources/{}", self.source)),
            ("/conversations/{conversation_id}", format!("/conversations/{}", self.conversation)),
            ("/conversations/{id}", format!("/conversations/{}", self.conversation)),
            ("/customers/{id}", format!("/customers/{}", self.conversation)),
            ("/held/{source}", format!("/held/{}", self.source)),
            ("/undo/{link}", format!("/undo/{}", Uuid::nil())),
            ("/identity/{link_id}", format!("/identity/{}", Uuid::nil())),
            ("/join/{contact}", "/join/77".to_owned()),
            ("/messages/views/{id}", format!("/messages/views/{}", self.view)),
            ("/messages/{message_id}", format!("/messages/{}", self.message)),
            ("/messages/{id}", format!("/messages/{}", self.message)),
            ("/messages/{external_id}", "/messages/anna-0".to_owned()),
            ("/dead-letter-replays/{id}", format!("/dead-letter-replays/{}", self.replay)),
            ("/undelivered/stop/{id}", format!("/undelivered/stop/{}", self.replay)),
            ("/dead-letters/{id}", format!("/dead-letters/{}", self.dead_letter)),
            ("/webhook-attempts/{id}", format!("/webhook-attempts/{}", self.webhook_attempt)),
            ("/keys/{id}", format!("/keys/{}", self.key)),
            ("/imports/{id}", format!("/imports/{}", self.import)),
            ("/import/{id}/columns", format!("/import/{}/columns", self.table)),
            ("/import/{id}/discard", format!("/import/{}/discard", self.table)),
            ("/import/{id}", format!("/import/{}", self.import)),
            ("/webhooks/{id}", format!("/webhooks/{}", self.source)),
            ("/devices/{id}", format!("/devices/{}", self.device)),
            ("/readers/{person_id}", format!("/readers/{}", self.person)),
            ("/team/{person_id}", format!("/team/{}", self.person)),
            // amoCRM's, which knows no template of theirs for us.
            ("/templates/{id}", "/templates/987654321".to_owned()),
            ("/templates/{template_id}", format!("/templates/{}", self.template)),
            ("/register/{id}", format!("/register/{}", self.template)),
            ("/routing/rules/{id}", "/routing/rules/theirs".to_owned()),
            ("/sales/{lead_id}", format!("/sales/{SOLD}")),
            ("/versions/{number}", format!("/versions/{}", self.routes)),
            ("/me/sessions/{id}", format!("/me/sessions/{}", self.session)),
            // Of the vendor.
            ("/vendor-events/{id}", format!("/vendor-events/{}", Uuid::nil())),
            // Of no account.
            ("/static/{file}", "/static/x".to_owned()),
            ("/sources/new/{kind}", "/sources/new/webchat".to_owned()),
        ];
        let filled = ids.iter().fold(path.to_owned(), |path, (place, id)| path.replace(place, id));
        assert!(!filled.contains('{'), "{path}: say in this test what its ids are");
        (filled != path && !path.contains("{file}") && !path.contains("{kind}")).then_some(filled)
    }
}

/// The newest entry of a source's webhook log.
async fn last_webhook(world: &World, line: &Line) -> Uuid {
    let log = world.api.get(&line.path("/webhook-attempts")).await.is(200);
    log.text_at("/items/0/id").parse().expect("an id")
}

/// Everything that an account has, but for what its own people just left by looking.
async fn rows(world: &World, tenant_id: Uuid) -> BTreeMap<&'static str, String> {
    let db = world.app().store.write();
    macro_rules! all {
        ($($table:ident),+) => {
            BTreeMap::from([$((stringify!($table), format!("{:?}", $table::Entity::of_tenant(tenant_id).all(db).await.unwrap()))),+])
        };
    }
    all!(
        alert,
        alert_notice,
        alert_reader,
        alert_webhook,
        api_key,
        audit,
        conversation,
        dead_letter,
        import,
        letter,
        member,
        message,
        oauth_grant,
        route_version,
        sale,
        saved_view,
        source,
        stray_source,
        tenant,
        tenant_channel
    )
}

async fn the_panel_knows_nothing_of_other_accounts(world: &mut World) {
    let ours = world.line("support").await;
    let theirs = world.line_at(OTHER, "support").await;
    let theirs = Theirs::of(world, &theirs).await;
    let before = rows(world, theirs.tenant).await;
    let us = world.panel(ours.tenant_id).await;
    us.opens("/panel/me").await.is(200);
    let mut walked = 0;
    for route in routes("panel", "/panel") {
        let Some(path) = theirs.in_path(&route.path) else { continue };
        let reply = match route.method.as_str() {
            "GET" => us.opens(&path).await,
            _ => us.sends(&path, &form(&path)).await,
        };
        assert_eq!(reply.status, 404, "{} {}: {}", route.method, route.path, reply.text);
        walked += 1;
    }
    assert!(walked > 30, "only {walked} routes were found");
    assert_eq!(rows(world, theirs.tenant).await, before, "nothing of theirs has changed");
}

async fn keys_open_nothing_of_other_accounts(world: &mut World) {
    let ours = world.line("support").await;
    let theirs = world.line_at(OTHER, "support").await;
    let theirs = Theirs::of(world, &theirs).await;
    let before = rows(world, theirs.tenant).await;
    let key = "prm_key-of-our-account-0123456789abcdefghijk";
    world.add_key(ours.tenant_id, key, "admin").await;
    let us = Api::new(&world.api.base(), key);
    let mut walked = 0;
    for route in routes("api", "/api") {
        let Some(path) = theirs.in_path(&route.path) else { continue };
        let method: Method = route.method.parse().unwrap();
        let reply = if method == Method::GET || method == Method::DELETE {
            answer(us.request(method, &path)).await
        } else {
            answer(us.request(method, &path).json(&body(&path))).await
        };
        let vendors = route.path == "/api/v1/tenants/{tenant_id}" && route.method == "PATCH"
            || route.path.starts_with("/api/v1/vendor-events");
        let wanted = if vendors { 403 } else { 404 };
        assert_eq!(reply.status, wanted, "{} {}: {}", route.method, route.path, reply.text);
        walked += 1;
    }
    assert!(walked > 20, "only {walked} routes were found");
    assert_eq!(rows(world, theirs.tenant).await, before, "nothing of theirs has changed");
}

async fn the_widget_reaches_no_other_account(world: &mut World) {
    world.line("support").await;
    let theirs = world.line_at(OTHER, "support").await;
    let theirs = Theirs::of(world, &theirs).await;
    let before = rows(world, theirs.tenant).await;
    let us = crate::widget_api::User::of(world, HOST, 0).await;
    let mut walked = 0;
    for route in routes("widget_api", "/widget") {
        let Some(path) = theirs.in_path(&route.path) else { continue };
        let path = path.trim_start_matches("/widget/v1");
        let request = us.request(world, route.method.parse().unwrap(), path);
        let reply = answer(if route.method == "DELETE" { request } else { request.json(&json!({})) }).await;
        assert_eq!(reply.status, 404, "{} {}: {}", route.method, route.path, reply.text);
        walked += 1;
    }
    assert!(walked >= 6, "only {walked} routes were found");
    assert_eq!(rows(world, theirs.tenant).await, before, "nothing of theirs has changed");
}

/// Signing in is open to all; everything behind it does not exist for people who are not signed in.
async fn the_admin_is_not_there_for_the_panels_people(world: &mut World) {
    let line = world.line("support").await;
    let us = world.panel(line.tenant_id).await;
    us.opens("/panel/me").await.is(200);
    let open = ["/admin/sign-in", "/admin/sign-in/link", "/admin/link", "/admin/sign-out", "/admin/assets/{file}"];
    for route in routes("admin", "/admin") {
        if open.contains(&route.path.as_str()) {
            continue;
        }
        let path = route
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { line.tenant_id.to_string() } else { part.to_owned() });
        let path = path.collect::<Vec<_>>().join("/");
        let reply = match route.method.as_str() {
            "GET" => us.opens(&path).await,
            _ => us.sends(&path, &[]).await,
        };
        let to_sign_in = (300..400).contains(&reply.status) && reply.header("location").starts_with("/admin/sign-in");
        assert!(to_sign_in || [403, 404].contains(&reply.status), "{} {}: {}", route.method, route.path, reply.status);
    }
}

// Bodies and forms that would be accepted for objects of one's own account, and an object of the other one's.

pub fn body(path: &str) -> Value {
    match path.rsplit('/').next().unwrap_or_default() {
        "messages" => {
            json!({"id": "x", "conversation": {"id": "anna"}, "sender": {"role": "client", "id": "anna", "name": "Anna"},
            "content": {"type": "text", "text": "Hi"}})
        }
        "status" => json!({"status": "delivered"}),
        "sources" => json!({"kind": "webchat", "name": "Mine", "settings": {}}),
        _ => json!({}),
    }
}

pub fn form(path: &str) -> Vec<(&'static str, &'static str)> {
    match path.rsplit('/').next().unwrap_or_default() {
        "role" => vec![("role", "viewer")],
        "marketing" => vec![("decision", "stopped")],
        _ if path.starts_with("/panel/held/") => {
            vec![("do", "block"), ("until", "00000000-0000-0000-0000-000000000000")]
        }
        "kinds" if path.starts_with("/panel/alerts/readers/") => vec![("kind", "late")],
        _ if path.starts_with("/panel/alerts/readers/") => vec![("to", "off")],
        _ if path.matches('/').count() == 3 && path.starts_with("/panel/sources/") => {
            vec![("name", "Mine"), ("version", "1")]
        }
        "act" => vec![("seen", "7"), ("act", "delete")],
        "restore" if path.starts_with("/panel/routing/") => vec![("seen", "7")],
        "access" => vec![("version", "1")],
        "services" => vec![("numbers", "")],
        _ if path.matches('/').count() == 4 && path.starts_with("/panel/messages/views/") => vec![("name", "Mine")],
        _ => vec![],
    }
}

/// An amoCRM source of an account that Parom does not know.
pub fn stray(tenant_id: Uuid) -> stray_source::ActiveModel {
    stray_source::ActiveModel {
        tenant_id: Set(tenant_id),
        amocrm_source_id: Set(STRAY),
        external_id: Set("stray".to_owned()),
        name: Set("Stray".to_owned()),
        pipeline_id: Set(None),
        is_default: Set(false),
        reason: Set("unknown".to_owned()),
        seen_at: Set(0),
    }
}

fn view(tenant_id: Uuid) -> saved_view::ActiveModel {
    saved_view::ActiveModel {
        tenant_id: Set(tenant_id),
        id: Set(Uuid::from_u128(7)),
        name: Set("Theirs".to_owned()),
        query: Set("state=failed".to_owned()),
        author: Set("Carl".to_owned()),
        created_at: Set(0),
    }
}

/// Their lead that was won.
const SOLD: i64 = 77;

fn sold(tenant_id: Uuid) -> sale::ActiveModel {
    sale::ActiveModel {
        tenant_id: Set(tenant_id),
        lead_id: Set(SOLD),
        facts: Set(
            json!({"event_id": Uuid::nil(), "lead_id": SOLD, "won_at": 0, "price": 1, "currency": "RUB", "chats": []})
                .to_string(),
        ),
        sendings: Set(json!({"meta": {"state": "refused", "reason": "", "tries": 1, "at": 0}}).to_string()),
        created_at: Set(0),
    }
}

/// A version of their routes, with a rule.
fn routes_of(tenant_id: Uuid) -> route_version::ActiveModel {
    route_version::ActiveModel {
        tenant_id: Set(tenant_id),
        number: Set(7),
        rules: Set(json!({"rules": [{"id": "theirs", "name": "Theirs"}]}).to_string()),
        created_at: Set(0),
        author: Set("Carl".to_owned()),
        is_draft: Set(false),
    }
}

/// A browser that shows a person's alerts.
pub fn device(person_id: Uuid) -> alert_device::ActiveModel {
    alert_device::ActiveModel {
        tenant_id: Set(Uuid::nil()),
        id: Set(Uuid::new_v4()),
        person_id: Set(person_id),
        subscription: Set(Vec::new()),
        endpoint_hash: Set("hash".to_owned()),
        name: Set("Firefox".to_owned()),
        created_at: Set(0),
    }
}

both!(keys_open_nothing_of_other_accounts);
once!(
    the_panel_knows_nothing_of_other_accounts,
    the_widget_reaches_no_other_account,
    the_admin_is_not_there_for_the_panels_people,
);
