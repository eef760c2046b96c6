//! Which page is there for whom, for every page and role.

use parom::identity::MemberRole;
use parom::identity::session::{self, NewSession, SessionKind};
use parom_tests::{World, once};
use reqwest::Method;

use super::{add_member, sign_in};

/// Page, and the statuses for owner, administrator, viewer, an operator who looks.
const PAGES: &[(&str, [u16; 4])] = &[
    ("/panel", [200, 200, 200, 200]),
    ("/panel/account", [200, 200, 200, 200]),
    ("/panel/alerts", [200, 200, 200, 200]),
    ("/panel/team", [200, 200, 403, 200]),
    ("/panel/audit", [200, 200, 403, 200]),
    ("/panel/audit.csv", [200, 200, 403, 200]),
    ("/panel/data", [200, 403, 403, 403]),
    ("/panel/data/export", [200, 403, 403, 403]),
    ("/panel/data/all", [200, 403, 403, 403]),
    ("/panel/data/customer?who=nobody", [422, 403, 403, 403]),
    ("/panel/reports", [200, 200, 200, 200]),
    ("/panel/reports.csv?table=hours", [200, 200, 403, 403]),
    ("/panel/import", [200, 200, 403, 403]),
    ("/panel/import/new", [200, 200, 403, 403]),
    ("/panel/templates", [200, 200, 200, 200]),
    ("/panel/templates/new", [200, 200, 403, 403]),
    ("/panel/me", [200, 200, 200, 404]),
    ("/panel/nothing", [404, 404, 404, 404]),
];

type Fields = [(&'static str, &'static str)];

/// Forms that change something, with fields that would be right.
const DEEDS: &[(&str, &Fields, [u16; 4])] = &[
    ("/panel/team/invite", &[("email", "x@example.com"), ("role", "viewer")], [303, 403, 403, 403]),
    ("/panel/account/lost", &[], [303, 303, 403, 403]),
    ("/panel/alerts/take", &[("key", "nothing")], [404, 404, 403, 403]),
    ("/panel/alerts/mute", &[("key", "nothing"), ("hours", "4")], [404, 404, 403, 403]),
    ("/panel/alerts/mine", &[("letters", "1")], [303, 303, 303, 404]),
    ("/panel/alerts/readers/01941f29-7c00-7000-8000-000000000000", &[("to", "off")], [404, 403, 403, 403]),
    ("/panel/data/all", &[("account", "wrong")], [422, 403, 403, 403]),
    ("/panel/data/customer", &[("who", "01941f29-7c00-7000-8000-000000000000")], [404, 403, 403, 403]),
];

async fn every_page_is_there_for_whom_it_is_meant(world: &mut World) {
    let line = world.line("support").await;
    let mut visitors = Vec::new();
    for role in MemberRole::ALL {
        let email = format!("{}@example.com", role.as_str());
        add_member(world, line.tenant_id, &email, role).await;
        visitors.push(sign_in(world, &email).await);
    }
    visitors.push(looks(world, line.tenant_id).await);
    for (place, visitor) in visitors.iter().enumerate() {
        for (path, wanted) in PAGES {
            let reply = visitor.opens(path).await;
            assert_eq!(reply.status, wanted[place], "{path} for {place}: {}", reply.text);
            let is_page = reply.header("content-type").starts_with("text/html");
            assert!(is_page || reply.status == 200, "{path}: {:?}", reply.headers);
            if is_page {
                let policy = reply.header("content-security-policy");
                assert!(policy.contains("script-src 'nonce-") && !policy.contains("unsafe"), "{path}: {policy}");
                assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
            }
        }
        visitor.opens("/panel").await.is(200);
        for (path, fields, wanted) in DEEDS {
            let reply = visitor.sends(path, fields).await;
            assert_eq!(reply.status, wanted[place], "{path} for {place}: {}", reply.text);
        }
    }
}

/// An operator's session in an account's panel.
async fn looks(world: &World, tenant_id: uuid::Uuid) -> parom_tests::Visitor {
    let app = world.app();
    let new = parom::identity::person::NewPerson {
        email: "operator@vendor.example",
        name: "Olga",
        language: base::i18n::Language::En,
        is_operator: true,
    };
    let operator = parom::identity::person::add(&app.identity, app.store.write(), new).await.unwrap().unwrap();
    let new = NewSession {
        tenant_id,
        kind: SessionKind::ViewAs,
        person_id: Some(operator.id),
        crm_user_id: None,
        is_admin: false,
        via: "operator",
        language: "en",
        reason: "ticket 4711",
    };
    let opened = session::open(&app.identity, app.store.write(), new).await.unwrap();
    let visitor = world.visitor();
    visitor.takes_cookie("parom", &opened.token);
    let page = visitor.opens("/panel").await.is(200);
    page.says(&["until 12:30: ticket 4711"]);
    visitor
}

async fn a_viewer_who_may_not_repair_gets_no_button(world: &mut World) {
    let line = world.line("support").await;
    world.api.patch(&line.path(""), &serde_json::json!({"paused": true})).await.is(200);
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel").await.is(200).says(&["Line support", "Switch on"]);
    let viewer = world.panel_as(line.tenant_id, 2, "Mark", false).await;
    for visitor in [viewer, looks(world, line.tenant_id).await] {
        let page = visitor.opens("/panel").await.is(200);
        page.says(&["Line support", "Paused"]);
        page.never_says(&["Switch on"]);
    }
}

async fn strangers_are_led_to_the_sign_in(world: &mut World) {
    world.line("support").await;
    for (path, _) in PAGES.iter().filter(|(path, _)| *path != "/panel/nothing") {
        let place = world.visitor().opens(path).await.is_redirect();
        assert!(place.starts_with("/panel/sign-in"), "{path} leads to {place}");
    }
    for (path, fields, _) in DEEDS {
        world.visitor().sends(path, fields).await.is(403);
    }
    let live = world.visitor().request(Method::GET, "/panel").header("parom-live", "1");
    assert_eq!(parom_tests::answer(live).await.status, 401, "the script gets an error, not a redirect");
    world.visitor().opens("/panel/events").await.is(401);
}

once!(
    every_page_is_there_for_whom_it_is_meant,
    a_viewer_who_may_not_repair_gets_no_button,
    strangers_are_led_to_the_sign_in
);
