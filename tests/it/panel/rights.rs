//! Who may do what in the panel: by their role, by what amoCRM says of them, and by invitation.

use simulator::crm::{Fault, Part};
use std::time::Duration;

use parom::identity::MemberRole;
use parom::identity::member::{self};
use parom::identity::session::{self, NewSession, SessionKind};
use parom::identity::ticket::{self, TicketTarget, TicketUser};
use parom_tests::settings::HOST;
use parom_tests::{Line, Reply, Visitor, World, both, once};
use reqwest::Method;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::{ANNA, PASSWORD, add_member, add_person, sign_in, with_anna};

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
    ("/panel/sources", [200, 200, 200, 200]),
    ("/panel/sources/new", [200, 200, 403, 403]),
    ("/panel/messages", [200, 200, 200, 200]),
    ("/panel/messages.csv", [200, 200, 403, 403]),
    ("/panel/conversations", [200, 200, 200, 200]),
    ("/panel/undelivered", [200, 200, 200, 200]),
    ("/panel/undelivered.csv", [200, 200, 403, 403]),
    ("/panel/keys", [200, 200, 403, 403]),
    ("/panel/keys/new", [200, 200, 403, 403]),
    ("/panel/webhooks", [200, 200, 403, 403]),
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
    ("/panel/keys", &[("name", "x"), ("scope", "read"), ("days", "30")], [303, 303, 403, 403]),
    ("/panel/sources/new", &[("kind", "webchat")], [303, 303, 403, 403]),
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
    world.api.patch(&line.path(""), &serde_json::json!({"paused": true})).await.is(200);
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
        let overview = visitor.opens("/panel").await.is(200);
        assert_eq!(overview.text.contains("Switch on"), place < 2, "who may not repair gets no button: {place}");
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
    visitor.opens("/panel").await.is(200).says(&["until 12:30: ticket 4711"]);
    visitor
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

// M7: rights that came from amoCRM end with it.

const HOUR: Duration = Duration::from_secs(3600);

/// Maria, an ordinary user whom amoCRM has made an administrator.
async fn maria(world: &World, line: &Line) -> (i64, Visitor) {
    let id = world.sandbox.add_account(HOST).users[1].id;
    world.sandbox.set_administrator(HOST, id, true);
    (id, world.panel_as(line.tenant_id, id, "Maria", true).await)
}

async fn row(world: &World, line: &Line, crm_user: i64) -> entity::member::Model {
    let rows = entity::member::Entity::of_tenant(line.tenant_id).filter(entity::member::Column::CrmUserId.eq(crm_user));
    rows.one(world.app().store.read()).await.unwrap().expect("a member")
}

/// Uses the panel every half hour.
async fn uses(world: &World, visitor: &Visitor, halves: u32) {
    for _ in 0..halves {
        world.advance(HOUR / 2);
        visitor.opens("/panel").await.is(200);
    }
}

fn is_out(there: &str) -> bool {
    there.starts_with("/panel/sign-in")
}

async fn m7_a_session_of_a_ticket_lives_twelve_hours_even_if_it_is_used(world: &mut World) {
    let line = world.line("support").await;
    let (_, maria) = maria(world, &line).await;
    uses(world, &maria, 23).await;
    world.advance(HOUR / 2);
    assert!(is_out(&maria.opens("/panel").await.is_redirect()));
}

async fn m7_a_user_demoted_in_amocrm_loses_access_within_the_hour(world: &mut World) {
    let line = world.line("support").await;
    let (id, maria) = maria(world, &line).await;
    maria.opens("/panel/data").await.is(200);
    world.sandbox.set_administrator(HOST, id, false);
    world.advance(HOUR);
    assert!(is_out(&maria.opens("/panel").await.is_redirect()));
    assert_eq!(row(world, &line, id).await.role, "viewer", "what amoCRM gave it took");
    world.panel_as(line.tenant_id, id, "Maria", false).await.opens("/panel/data").await.is(403).says(&["Viewer"]);
    let owner = world.panel(line.tenant_id).await;
    owner
        .opens("/panel/audit?group=member")
        .await
        .is(200)
        .says(&["Access from amoCRM ended", "no longer an administrator in amoCRM"]);
    // Made one again: asked by the next ticket. And removed altogether.
    world.sandbox.set_administrator(HOST, id, true);
    let maria = world.panel_as(line.tenant_id, id, "Maria", true).await;
    maria.opens("/panel/data").await.is(200);
    world.sandbox.remove_user(HOST, id);
    world.advance(HOUR);
    assert!(is_out(&maria.opens("/panel").await.is_redirect()));
}

async fn m7_access_granted_by_hand_stays(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let (id, maria) = maria(world, &line).await;
    let person = row(world, &line, id).await.person_id;
    owner.opens("/panel/team").await.is(200);
    owner.does(&format!("/panel/team/{person}/role"), &[("role", "administrator")]).await;
    world.sandbox.set_administrator(HOST, id, false);
    world.advance(HOUR);
    assert!(is_out(&maria.opens("/panel").await.is_redirect()), "the ticket's session ends");
    assert_eq!(row(world, &line, id).await.role, "administrator", "the role stays");
    // Nor does it rise.
    world.sandbox.set_administrator(HOST, id, true);
    let again = world.panel_as(line.tenant_id, id, "Maria", true).await;
    again.opens("/panel/data").await.is(403);
    world.advance(HOUR);
    again.opens("/panel/data").await.is(403);
    assert_eq!(row(world, &line, id).await.role, "administrator");
}

async fn m7_an_amocrm_that_does_not_answer_is_believed_for_four_hours(world: &mut World) {
    let line = world.line("support").await;
    let (_, maria) = maria(world, &line).await;
    let member = add_member(world, line.tenant_id, ANNA, MemberRole::Owner).await;
    let anna = sign_in(world, ANNA).await;
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    uses(world, &maria, 7).await;
    world.advance(HOUR / 2);
    assert!(is_out(&maria.opens("/panel").await.is_redirect()), "amoCRM has not confirmed it for four hours");
    anna.opens("/panel/data").await.is(200);
    world.sandbox.faults().clear();
    assert!(member::find(world.app().store.read(), line.tenant_id, member).await.unwrap().is_some());
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/audit?group=member").await.is(200).says(&["did not confirm the user"]);
}

async fn m7_amocrm_is_asked_once_an_hour_of_use(world: &mut World) {
    let line = world.line("support").await;
    let (id, maria) = maria(world, &line).await;
    let asked = || {
        let path = format!("/users/{id}");
        world.sandbox.requests().into_iter().filter(|request| request.path.contains(&path)).count()
    };
    let before = asked();
    uses(world, &maria, 1).await;
    assert_eq!(asked(), before, "within the hour");
    world.advance(HOUR);
    for _ in 0..5 {
        maria.opens("/panel").await.is(200);
    }
    assert_eq!(asked(), before + 1);
}

/// A tab that is left open asks for itself every ten seconds.
async fn m7_automatic_requests_of_a_page_keep_no_session_alive(world: &mut World) {
    with_anna(world).await;
    let anna = sign_in(world, ANNA).await;
    for _ in 0..23 {
        world.advance(HOUR / 2);
        let live = anna.request(Method::GET, "/panel").header("parom-live", "1");
        parom_tests::answer(live).await.is(200);
    }
    world.advance(HOUR / 2);
    assert_eq!(anna.opens("/panel").await.is_redirect(), "/panel/sign-in?ended=1");
}

/// M8: an owner's way in from amoCRM is in the log.
async fn m8_a_ticket_that_opens_is_written_down_with_the_visitors_address(world: &mut World) {
    let line = world.line("support").await;
    let id = world.sandbox.add_account(HOST).users[0].id;
    let user = TicketUser { id, name: "Olga".into(), is_admin: true };
    let url = ticket::url(&world.app().identity, line.tenant_id, &user, &TicketTarget::Overview).await.unwrap();
    let olga = world.visitor().from("203.0.113.9");
    olga.goes(url.strip_prefix(&world.api.base()).unwrap()).await.is(200);
    olga.opens("/panel/audit?group=member").await.is(200).says(&[
        "Signed in",
        "Olga",
        "From the widget in amoCRM",
        "203.0.113.9",
    ]);
}

// Invitations, roles, the last owner, and links that one person hands to another.

/// The path of the link that a page shows to copy.
fn copied(world: &World, page: &Reply) -> String {
    let (_, rest) =
        page.text.split_once("<code class=\"mono all\">").unwrap_or_else(|| panic!("nothing to copy: {}", page.text));
    let link = rest.split('<').next().unwrap();
    link.strip_prefix(&world.api.base()).expect("a link of this server").to_owned()
}

async fn takes(visitor: &Visitor, link: &str) -> Reply {
    let page = visitor.opens(link).await.is(200);
    let token = page.field("token");
    visitor.sends_as_it_is("/panel/link", &[("token", &token)]).await
}

async fn invites(world: &World, owner: &Visitor, email: &str, role: &str) -> String {
    owner.opens("/panel/team").await.is(200);
    let page = owner.does("/panel/team/invite", &[("email", email), ("role", role)]).await;
    page.says(&["Send this link to", "not shown again"]);
    assert!(!owner.opens("/panel/team").await.text.contains("/panel/link?token="), "shown once");
    copied(world, &page)
}

async fn an_invitation_is_taken_once(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let link = invites(world, &owner, "Mark@Example.com", "administrator").await;
    // What a mail program opens uses nothing up.
    world.visitor().opens(&link).await.is(200);
    let mark = world.visitor();
    assert_eq!(takes(&mark, &link).await.is_redirect(), "/panel/me");
    mark.opens("/panel/me").await.is(200).says(&["mark@example.com", "Administrator"]);
    world.visitor().opens(&link).await.is(410);
    mark.does("/panel/me/password", &[("password", PASSWORD)]).await;
    sign_in(world, "mark@example.com").await.opens("/panel/team").await.is(200);
    assert!(owner.opens("/panel/team").await.text.contains("Active"));
    let page = owner.does("/panel/team/invite", &[("email", "mark@example.com"), ("role", "owner")]).await;
    page.says(&["already in the team"]);
    owner.sends("/panel/team/invite", &[("email", "nonsense"), ("role", "owner")]).await.is(422);
    owner.sends("/panel/team/invite", &[("email", "a@example.com"), ("role", "god")]).await.is(400);
    let late = invites(world, &owner, "late@example.com", "viewer").await;
    world.advance(Duration::from_secs(7 * 86_400));
    world.visitor().opens(&late).await.is(410);
}

/// A person who knows an e-mail's password must not get into an account that invites that e-mail, and an owner of one
/// account must not get into the other accounts of a member.
async fn a_link_that_is_handed_over_opens_one_account_alone(world: &mut World) {
    let (one, other) = (world.line("support").await, world.line_at("beta.amocrm.ru", "support").await);
    let mark = add_member(world, other.tenant_id, "mark@example.com", MemberRole::Owner).await;
    let owner = world.panel(one.tenant_id).await;
    let link = invites(world, &owner, "mark@example.com", "viewer").await;
    // Not a member before the invitation is taken.
    let held = sign_in(world, "mark@example.com").await;
    assert!(held.opens("/panel").await.is(200).text.contains("beta.amocrm.ru"), "one account: no choice");
    // A person who only has the link is asked for the password.
    let thief = world.visitor();
    let asked = takes(&thief, &link).await.is(200);
    assert!(asked.text.contains("already have a password here") && thief.cookies().is_empty(), "{}", asked.text);
    let to = asked.field("to");
    let fields = [("email", "mark@example.com"), ("password", PASSWORD), ("to", &*to)];
    let mark_himself = world.visitor();
    let page = mark_himself.does("/panel/sign-in", &fields).await;
    page.says(&["invited to account acme.amocrm.ru"]);
    let token = page.field("token");
    mark_himself.does("/panel/invitation", &[("token", &token)]).await.says(&["acme.amocrm.ru"]);

    // A sign-in link made by an owner of one account.
    owner.opens("/panel/team").await.is(200);
    let page = owner.does(&format!("/panel/team/{mark}/link"), &[]).await;
    let handed = world.visitor();
    assert_eq!(takes(&handed, &copied(world, &page)).await.is_redirect(), "/panel");
    assert!(handed.opens("/panel").await.is(200).text.contains("acme.amocrm.ru"));
    assert_eq!(handed.opens("/panel/choose").await.is_redirect(), "/panel", "no way to the other account");
    let choose = [("tenant_id", &*other.tenant_id.to_string()), ("to", "")];
    handed.sends("/panel/choose", &choose).await.is(404);
    handed.sends("/panel/me/password", &[("current", PASSWORD), ("password", "a password of the owner")]).await.is(403);
    handed.opens("/panel/me/two-step").await.is(404);
    owner.does(&format!("/panel/team/{mark}/two-step"), &[]).await.says(&["other accounts"]);
}

async fn the_last_owner_stays(world: &mut World) {
    let line = world.line("support").await;
    let id = add_member(world, line.tenant_id, ANNA, MemberRole::Owner).await;
    let anna = sign_in(world, ANNA).await;
    anna.opens("/panel/team").await.is(200);
    let lower = async |who: Uuid, role: &str| anna.does(&format!("/panel/team/{who}/role"), &[("role", role)]).await;
    assert!(lower(id, "viewer").await.text.contains("last owner"));
    anna.does(&format!("/panel/team/{id}/remove"), &[]).await.says(&["last owner"]);
    let other = add_member(world, line.tenant_id, "mark@example.com", MemberRole::Viewer).await;
    let mark = sign_in(world, "mark@example.com").await;
    mark.opens("/panel/team").await.is(403);
    assert!(lower(other, "owner").await.text.contains("Owner"));
    mark.opens("/panel/team").await.is(200);
    // Both at once: one stays.
    let (of_mark, of_anna) = (format!("/panel/team/{other}/remove"), format!("/panel/team/{id}/remove"));
    let both = tokio::join!(anna.sends(&of_mark, &[]), mark.sends(&of_anna, &[]));
    let alive = [anna.opens("/panel/team").await.status, mark.opens("/panel/team").await.status];
    assert_eq!(alive.iter().filter(|status| **status == 200).count(), 1, "{alive:?} {both:?}");
    // Of another account.
    let beta = world.line_at("beta.amocrm.ru", "support").await;
    let stranger = world.panel(beta.tenant_id).await;
    stranger.opens("/panel/team").await.is(200);
    for path in [format!("/panel/team/{id}/role"), format!("/panel/team/{id}/remove"), format!("/panel/team/{id}/link")]
    {
        let fields: &[(&str, &str)] = if path.ends_with("role") { &[("role", "viewer")] } else { &[] };
        stranger.sends(&path, fields).await.is(404);
    }
    assert!(add_person(world, "free@example.com").await != id);
}

both!(m7_a_user_demoted_in_amocrm_loses_access_within_the_hour, the_last_owner_stays);
once!(m8_a_ticket_that_opens_is_written_down_with_the_visitors_address);
once!(m7_a_session_of_a_ticket_lives_twelve_hours_even_if_it_is_used, every_page_is_there_for_whom_it_is_meant);
once!(m7_an_amocrm_that_does_not_answer_is_believed_for_four_hours, a_link_that_is_handed_over_opens_one_account_alone);
once!(m7_automatic_requests_of_a_page_keep_no_session_alive);
once!(m7_amocrm_is_asked_once_an_hour_of_use, strangers_are_led_to_the_sign_in, m7_access_granted_by_hand_stays);
once!(an_invitation_is_taken_once);
