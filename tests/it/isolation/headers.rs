//! Every page's headers about framing and caching.

use std::collections::BTreeMap;
use std::path::Path;

use base::config::Config;
use parom::identity::MemberRole;
use parom::media;
use parom::media::{LinkRecipient, MediaKind};
use parom_tests::{Engine, FileHost, Line, Page, Place, Reply, Visitor, World, answer, once};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::routes;
use crate::admin::operator::{Operator, make_operator};
use crate::media::{keeps, png};
use crate::panel::{add_member, sign_in};
use crate::widget_api::User;

const SHOWN: [&str; 6] = [
    "content-security-policy",
    "x-frame-options",
    "cache-control",
    "referrer-policy",
    "x-content-type-options",
    "access-control-allow-origin",
];

/// The ids in addresses by parts of a route.
type Ids<'ids> = &'ids [(&'ids str, &'ids str)];

/// Who got which status where, by the headers that came with it.
#[derive(Default)]
struct Told(BTreeMap<String, Vec<String>>);

impl Told {
    fn note(&mut self, who: &str, route: &str, reply: &Reply) {
        let content = reply.header("content-type");
        let is_text = content.starts_with("text/") || content.contains("javascript") || content.contains("xml");
        assert!(!is_text || content.ends_with("charset=utf-8"), "{route}: {content}");
        let policy = reply.header("content-security-policy");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or("no nonce");
        let said = SHOWN.iter().map(|name| (name, reply.header(name))).filter(|(_, value)| !value.is_empty());
        let said: String = said.map(|(name, value)| format!("{name}: {value}\n")).collect();
        let line = format!("    {} {route} – {who}", reply.status);
        self.0.entry(said.replace(nonce, "N")).or_default().push(line);
    }

    /// Opens all pages of a module as this visitor gets them.
    async fn pages(&mut self, who: &str, visitor: &Visitor, module: &str, scope: &str, ids: Ids<'_>) {
        for route in routes(module, scope).into_iter().filter(|route| route.method == "GET") {
            // A stream of events does not end.
            if !route.path.ends_with("/events") {
                self.note(who, &route.path, &visitor.opens(&filled(&route.path, ids)).await);
            }
        }
    }

    /// The same for what the widget asks.
    async fn calls(&mut self, who: &str, user: &User, world: &World) {
        for route in routes("widget_api", "/widget").into_iter().filter(|route| route.method == "GET") {
            let reply = match route.path.strip_prefix("/widget/v1") {
                Some(path) => answer(user.request(world, Method::GET, path)).await,
                // A frame, which the browser opens without the widget's token.
                None => answer(world.api.anonymous(Method::GET, &route.path)).await,
            };
            self.note(who, &route.path, &reply);
        }
    }

    fn text(&self) -> String {
        self.0.iter().map(|(said, lines)| format!("{said}{}\n\n", lines.join("\n"))).collect()
    }
}

fn filled(path: &str, ids: Ids<'_>) -> String {
    let path = ids.iter().fold(path.to_owned(), |path, (part, id)| path.replace(part, id));
    assert!(!path.contains('{'), "{path}: say in this test what its ids are");
    path
}

/// Goes through everything in the panel that has a page only once it is begun.
async fn begin(owner: &Visitor, line: &Line) -> String {
    owner.opens("/panel/keys/new").await.is(200);
    owner.sends("/panel/keys", &[("name", "Key"), ("scope", "read"), ("days", "")]).await.is(303);
    owner.sends(&format!("/panel/sources/{}/secret", line.source_id), &[]).await.is(303);
    owner.sends("/panel/sources/new", &[("kind", "webchat")]).await.is(303);
    owner.sends("/panel/sources/new/webchat/access", &[("set.title", "Shop"), ("do", "next")]).await.is(303);
    let keys = owner.opens("/panel/keys").await.is(200);
    keys.between("/panel/keys/", "/revoke").expect("a key").split('/').next_back().expect("an id").to_owned()
}

async fn collected(world: &mut World) -> Told {
    let mut told = Told::default();
    let line = world.line("support").await;
    let chat = json!({"kind": "webchat", "name": "Site", "settings": {}});
    let chat =
        world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &chat).await.is(201).text_at("/id");
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let (source, tenant) = (line.source_id.to_string(), line.tenant_id.to_string());
    let theirs = world.messages().await.first().map(|one| (one.id, one.conversation_id)).expect("a message");
    let viewer = add_member(world, line.tenant_id, "viewer@example.com", MemberRole::Viewer).await;
    let (stranger, owner) = (world.visitor(), world.panel(line.tenant_id).await);

    for path in ["/api/docs", "/api/docs/style.css", "/api/openapi.json"] {
        told.note("a stranger", path, &stranger.opens(path).await);
    }

    let file = world.api.request(Method::POST, &line.path("/imports?dry_run=true"));
    let file = file.header("content-type", "application/x-ndjson").body(crate::import::texts("carl", 2));
    let import = answer(file).await.is(202).text_at("/id");
    let table = crate::import::tables::waits(world, &line, crate::import::tables::SHOP).await;
    let routes = json!({"routes": {"rules": [{"id": "all", "name": "All"}]}});
    let put = world.api.request(Method::PUT, &format!("/api/v1/tenants/{}/routes", line.tenant_id)).json(&routes);
    answer(put).await.is(200);
    let key = begin(&owner, &line).await;
    let ids = [
        ("/messages/{id}", format!("/messages/{}", theirs.0)),
        ("/conversations/{id}", format!("/conversations/{}", theirs.1)),
        ("/customers/{id}", format!("/customers/{}", theirs.1)),
        ("/held/{source}", format!("/held/{source}")),
        ("/undo/{link}", format!("/undo/{}", Uuid::nil())),
        ("/data/customer", format!("/data/customer?who={}", theirs.1)),
        ("/keys/{id}", format!("/keys/{key}")),
        ("/import/{id}/columns", format!("/import/{table}/columns")),
        ("/import/{id}", format!("/import/{import}")),
        ("/routing/rules/{id}", "/routing/rules/all".to_owned()),
        ("{person_id}", viewer.to_string()),
        ("{source_id}", source.clone()),
        ("{id}", source),
        ("{kind}", "webchat".to_owned()),
        ("{file}", "base.css".to_owned()),
    ];
    let ids = ids.each_ref().map(|(part, id)| (*part, id.as_str()));
    told.pages("the owner", &owner, "panel", "/panel", &ids).await;
    told.pages("a stranger", &stranger, "panel", "/panel", &ids).await;
    let with_password = sign_in(world, "viewer@example.com").await;
    told.note("a viewer", "/panel/me/two-step", &with_password.opens("/panel/me/two-step").await);

    let link = make_operator(world, "pavel@vendor.example").await;
    let pavels = Operator::new(world);
    pavels.follows(&link).await.is(303);
    told.note("an operator without the second step", "/admin/enrol", &pavels.opens("/admin/enrol").await);
    let olga = Operator::signed_in(world).await;
    olga.proves(world).await;
    let operators = olga.opens("/admin/operators").await.is(200);
    let pavel = operators.between("/admin/operators/", "/").expect("another operator").to_owned();
    let ids = [
        ("/operators/{id}", format!("/operators/{pavel}")),
        ("/announcements/{id}", format!("/announcements/{}", Uuid::nil())),
        ("/channels/letter", "/channels/letter?integration=main".to_owned()),
        ("/integrations/{name}", "/integrations/main".to_owned()),
        ("{id}", tenant),
        ("{file}", "admin.css".to_owned()),
    ];
    let ids = ids.each_ref().map(|(part, id)| (*part, id.as_str()));
    told.pages("an operator", &olga, "admin", "/admin", &ids).await;
    told.pages("a stranger", &stranger, "admin", "/admin", &ids).await;

    told.pages(
        "a customer",
        &stranger,
        "webchat",
        "/chat",
        &[("{source_id}", &chat), ("{file}", "chat.js"), ("{place}", "0")],
    )
    .await;
    let nobody = Uuid::nil().to_string();
    let ids = [("{source_id}", nobody.as_str()), ("{file}", "x"), ("{name}", "main"), ("{place}", "0")];
    told.pages("a customer, of what is not there", &stranger, "webchat", "/chat", &ids).await;
    told.pages("a stranger", &stranger, "oauth", "", &ids).await;

    let host = FileHost::start().await;
    for (name, body) in [("a picture", png(64)), ("a page", b"<!doctype html><script>alert(1)</script>".to_vec())] {
        let kept = keeps(world, &line, MediaKind::File, &host.puts("/x", [Page::file("text/html", body)])).await;
        let reply = stranger.opens(media::link(&world.app().files, &kept, LinkRecipient::Webhook).as_str()).await;
        told.note("whoever holds the link", &format!("/media/{{token}}/{{name}}, {name}"), &reply);
    }
    told.pages("whoever guesses", &stranger, "media", "", &[("{token}", "x"), ("{name}", "x")]).await;
    told.calls("an administrator", &User::administrator(world).await, world).await;
    told
}

/// `frame-ancestors` only where intended: a changed answer is in `tests/it/headers.txt` after `UPDATE_HEADERS=1`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_declares_where_it_may_be_framed() {
    let mut world = World::open(Engine::Sqlite).await.expect("SQLite is there");
    // Doctor's page asks amoCRM by the machine's clock.
    world.allow_problems();
    let told = collected(&mut world).await.text();
    let told = told.replace(&world.api.base(), "PAROM").replace(world.sandbox.url(), "AMOCRM");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/headers.txt");
    if base::config::variable("UPDATE_HEADERS").is_some() {
        std::fs::write(&file, &told).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), told, "run with UPDATE_HEADERS=1 and look at the difference");
    world.close().await;
}

// Servers reached by https send HSTS.

/// After https a browser does not use http again; over http the header is missing.
async fn browsers_are_instructed_to_use_https_only(world: &mut World) {
    const NAME: &str = "strict-transport-security";
    assert_eq!(world.visitor().opens("/panel/sign-in").await.header(NAME), "");
    let off: fn(&mut Config) = |config| https(config, 0);
    let on: fn(&mut Config) = |config| https(config, 2);
    world.setup_is(off);
    world.restart().await;
    assert_eq!(world.visitor().opens("/panel/sign-in").await.header(NAME), "");
    world.setup_is(on);
    world.restart().await;
    for path in ["/panel/sign-in", "/admin", "/api/v1/tenants", "/healthz", "/nothing"] {
        assert_eq!(world.visitor().opens(path).await.header(NAME), "max-age=172800", "{path}");
    }
}

fn https(config: &mut Config, days: u32) {
    config.server.public_url = "https://parom.example".parse().unwrap();
    config.server.hsts_days = days;
}

once!(browsers_are_instructed_to_use_https_only);
