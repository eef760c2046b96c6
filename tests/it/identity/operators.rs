//! H2: operators share nothing with a person who has their e-mail in a panel. M4: no address alone changes who is
//! signed in.

use std::time::Duration;

use parom::admin::operators;
use parom::audit::{Actor, By};
use parom::identity::person as persons;
use parom::identity::ticket::{self, TicketTarget, TicketUser};
use parom_tests::settings::HOST;
use parom_tests::{Reply, Visitor, World, once};
use reqwest::Method;
use uuid::Uuid;

use super::{
    ALICE, ALICES, EVIL, GOOD, MALLORYS, Mailed, code, invites, is_in, link_in, link_of, owner, person, squats, tries,
};
use crate::admin::operator::{EMAIL, Operator, make_operator};
use crate::panel::{ANNA, PASSWORD, add_member, sign_in, with_anna};
use crate::widget_api::User;

const MINUTE: Duration = Duration::from_secs(60);

async fn enters(world: &World, password: &str) -> (Visitor, u16) {
    let visitor = world.visitor();
    let reply = visitor.sends_as_it_is("/admin/sign-in", &[("email", ALICE), ("password", password)]).await;
    (visitor, reply.status)
}

/// The attack of the review: the squatted e-mail becomes an operator's.
async fn h2_a_squatted_person_is_no_operator(place: &mut Mailed) {
    let mallory = squats(place, EVIL, ALICE).await;
    place.mail.next().await;
    let link = make_operator(place, ALICE).await;
    assert_eq!(enters(place, MALLORYS).await.1, 422, "what a tenant had seen opens nothing");
    // The real one sets up their own, and is not asked for Mallory's code.
    let mut alice = Operator::new(place);
    assert_eq!(alice.follows(&link).await.is_redirect(), "/admin/enrol");
    let first = alice.enrols(place).await;
    alice.sends("/admin/enrol", &[("code", &first)]).await.is(303);
    alice.opens("/admin/own").await.is(200);
    alice.sends("/admin/own", &[("password", ALICES)]).await.is(303);
    place.advance(MINUTE);
    let (visitor, status) = enters(place, ALICES).await;
    assert_eq!(status, 303);
    visitor.opens("/admin/code").await.is(200);
    visitor.sends("/admin/code", &[("code", &code(place, &mallory.secret))]).await.is(422);
    visitor.sends("/admin/code", &[("code", &alice.code(place))]).await.is(303);
    visitor.opens("/admin/accounts").await.is(200);

    // Nor the other way round: the operator's password is nothing in the panel, and Mallory's stays what it was.
    assert_eq!(tries(place, ALICE, ALICES).await.1.status, 401);
    assert!(is_in(&mallory.browser).await);
    let (boss, _) = owner(place, GOOD).await;
    invites(&boss, ALICE, "owner").await;
    let letter = place.mail.next().await;
    super::presses(&place.visitor(), &link_of(place, &letter)).await.is(303);
    visitor.opens("/admin/accounts").await.is(200);
    place.advance(MINUTE);
    assert_eq!(enters(place, ALICES).await.1, 303, "a proof in the panel leaves the operator alone");
}

/// An account that invites an operator's e-mail gets a person of its own, and a link of it never opens the admin.
async fn h2_an_account_cannot_reach_an_operator_by_their_e_mail(world: &mut World) {
    let olga = Operator::signed_in(world).await;
    let mallory = squats(world, EVIL, EMAIL).await;
    olga.opens("/admin/accounts").await.is(200);
    let panel = person(world, EMAIL).await;
    let db = world.app().store.read();
    let operator = persons::operator_by_email(&world.app().identity, db, EMAIL).await.unwrap().unwrap();
    assert!(panel.id != operator.id && !panel.is_operator && operator.is_operator);
    assert!(operator.set_in.is_none() && operator.password_hash.is_none());
    let link = super::unmailed(world, &mallory.owner, panel.id).await;
    let token = link.split_once("token=").unwrap().1;
    world.visitor().opens(&format!("/admin/link?token={token}")).await.is(422);
    world.visitor().sends_as_it_is("/admin/link", &[("token", token)]).await.is(422);
    // Nor does an operator's link open a panel.
    let by = By { actor: Actor::Cli, address: None };
    let link = operators::issue_link(&world.app().panel, &operator, false, &by).await.unwrap();
    let token = link.split_once("token=").unwrap().1;
    world.visitor().opens(&format!("/panel/link?token={token}")).await.is(410);
    world.visitor().sends_as_it_is("/panel/link", &[("token", token)]).await.is(410);
}

/// A former operator who is added again starts from scratch: no earlier credentials open the admin.
async fn h2_an_operator_who_is_added_again_has_no_earlier_credentials(world: &mut World) {
    let olga = Operator::signed_in(world).await;
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", ALICES)]).await.is(303);
    let db = world.app().store.read();
    let row = persons::operator_by_email(&world.app().identity, db, EMAIL).await.unwrap().unwrap();
    let by = By { actor: Actor::Cli, address: None };
    operators::disable_operator(&world.app().panel, &row, &by).await.unwrap();
    assert_eq!(olga.opens("/admin/accounts").await.is_redirect(), "/admin/sign-in");
    let link = make_operator(world, EMAIL).await;
    let fields = [("email", EMAIL), ("password", ALICES)];
    world.visitor().sends_as_it_is("/admin/sign-in", &fields).await.is(422);
    let again = Operator::new(world);
    assert_eq!(again.follows(&link).await.is_redirect(), "/admin/enrol");
}

/// M6: after `--new-authenticator` the password is worth nothing, and a link that went by mail connects nothing.
async fn m6_a_forgotten_authenticator_is_renewed_by_its_link_alone(place: &mut Mailed) {
    let mut olga = Operator::signed_in(place).await;
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", ALICES)]).await.is(303);
    let row =
        persons::operator_by_email(&place.app().identity, place.app().store.read(), EMAIL).await.unwrap().unwrap();
    let by = By { actor: Actor::Cli, address: None };
    let link = operators::issue_link(&place.app().panel, &row, true, &by).await.unwrap();
    let link = link.strip_prefix(&place.api.base()).unwrap().to_owned();
    assert_eq!(olga.opens("/admin/accounts").await.is_redirect(), "/admin/sign-in", "sessions ended");
    let signs_in = [("email", EMAIL), ("password", ALICES)];
    place.visitor().sends_as_it_is("/admin/sign-in", &signs_in).await.is(422);

    // The mailbox alone connects no authenticator either.
    let reader = Operator::new(place);
    reader.sends_as_it_is("/admin/sign-in/link", &[("email", EMAIL)]).await.is(200);
    let letter = place.mail.next().await;
    reader.follows(&link_of(place, &letter)).await.is(303);
    let closed = reader.opens("/admin/enrol").await.is(403);
    assert!(closed.text.contains("vendor link") && !closed.text.contains("<svg"), "{}", closed.text);
    reader.sends("/admin/enrol", &[("code", "123456")]).await.is(403);

    olga.forgets_cookies();
    assert_eq!(olga.follows(&link).await.is_redirect(), "/admin/enrol");
    let first = olga.enrols(place).await;
    olga.sends("/admin/enrol", &[("code", &first)]).await.is(303);
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", ALICES)]).await.is(303);
    olga.opens("/admin/accounts").await.is(200);
}

/// M6: an operator's password cannot be changed in a session that was left open, and the change ends the other
/// sessions.
async fn m6_an_operators_new_password_asks_for_the_current_one_or_a_code(world: &mut World) {
    let olga = Operator::signed_in(world).await;
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", ALICES)]).await.is(303);
    world.advance(11 * MINUTE);
    olga.opens("/admin/own").await.is(200).says(&["name=\"current\""]);
    for current in [None, Some(""), Some("wrong horse"), Some("000000")] {
        let mut fields = vec![("password", MALLORYS)];
        fields.extend(current.map(|current| ("current", current)));
        olga.sends("/admin/own", &fields).await.is(422).says(&["neither your current password nor a valid code"]);
    }
    world.advance(MINUTE);
    let other = world.visitor();
    other.sends_as_it_is("/admin/sign-in", &[("email", EMAIL), ("password", ALICES)]).await.is(303);
    other.opens("/admin/code").await.is(200);
    other.sends("/admin/code", &[("code", &olga.code(world))]).await.is(303);
    olga.sends("/admin/own", &[("current", ALICES), ("password", MALLORYS)]).await.is(303);
    assert_eq!(other.opens("/admin/accounts").await.is_redirect(), "/admin/sign-in");
    let next = olga.next_code(world);
    olga.sends("/admin/own", &[("current", &next), ("password", ALICES)]).await.is(303);
}

/// L9: the answer is the same and does not wait, whether the operator exists or not: the e-mail is sent separately.
async fn l9_a_link_for_an_operator_is_made_apart_from_the_answer(place: &mut Mailed) {
    make_operator(place, ALICE).await;
    let ask = async |email: &str| {
        let visitor = place.visitor();
        let reply = visitor.sends_as_it_is("/admin/sign-in/link", &[("email", email)]).await.is(200);
        let nonce = reply.between("nonce=\"", "\"").unwrap().to_owned();
        reply.text.replace(email, "…").replace(&nonce, "…")
    };
    let entries = async || {
        let kind = sea_orm::ColumnTrait::eq(&entity::directory::Column::Kind, "sign_in_link");
        let found = sea_orm::QueryFilter::filter(<entity::directory::Entity as sea_orm::EntityTrait>::find(), kind);
        found.all(place.app().store.read()).await.unwrap().len()
    };
    let before = entries().await;
    assert_eq!(ask(ALICE).await, ask("nobody@vendor.example").await);
    assert_eq!(place.mail.next().await.to, ALICE);
    assert_eq!(entries().await, before + 1, "the request of an unknown person has no effect");
}

// M4: no address alone changes who is signed in.

async fn entry(world: &World, tenant_id: Uuid, user: i64) -> String {
    let user = TicketUser { id: user, name: "Boris".into(), is_admin: true };
    let url = ticket::url(&world.app().identity, tenant_id, &user, &TicketTarget::Overview).await.unwrap();
    url.strip_prefix(&world.api.base()).unwrap().to_owned()
}

/// A navigation with exactly these headers; what a browser without a session would see.
async fn navigates(world: &World, path: &str, headers: &[(&'static str, &str)]) -> Reply {
    let request = world.api.anonymous(Method::GET, path).header("accept-language", "en");
    parom_tests::answer(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

async fn presses(visitor: &Visitor, page: &Reply) -> Reply {
    let ticket = page.field("ticket");
    visitor.sends("/panel/enter", &[("ticket", &ticket)]).await
}

/// The attack of the review: a link on Mallory's page moves a signed-in victim into Mallory's account.
async fn m4_an_invitation_is_joined_by_a_form_alone(world: &mut World) {
    with_anna(world).await;
    let (mallory, _) = owner(world, EVIL).await;
    let link = link_in(world, &super::invites(&mallory, ANNA, "viewer").await.text);
    let token = link.split_once("token=").unwrap().1;
    let anna = sign_in(world, ANNA).await;
    let cookie = anna.cookies();
    let path = format!("/panel/invitation?token={token}");
    let foreign = [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
    let page = navigates(world, &path, &foreign).await.is(200);
    assert!(page.text.contains(EVIL) && page.headers.get("set-cookie").is_none(), "{}", page.text);
    anna.opens("/panel").await.is(200).says(&[HOST]);
    mallory.opens("/panel/team").await.is(200).says(&["Invited"]);
    // Neither without the proof of the session, nor from another site.
    world.visitor().sends("/panel/invitation", &[("token", token)]).await.is(403);
    anna.sends_as_it_is("/panel/invitation", &[("token", token)]).await.is(403);
    anna.sends_as_it_is("/panel/invitation", &[("token", token), ("csrf", "x")]).await.is(403);
    let page = anna.opens(&path).await.is(200);
    assert_eq!(page.field("token"), token);
    anna.does("/panel/invitation", &[("token", token)]).await.says(&[EVIL]);
    // Once; and never for another person.
    anna.opens(&path).await.is(410);
    let other = link_in(world, &super::invites(&mallory, "carl@example.com", "viewer").await.text);
    anna.opens(&other.replace("/link", "/invitation")).await.is(410);
    world.visitor().opens(&other.replace("/link", "/invitation")).await.is(410);
}

async fn m4_a_ticket_asks_for_confirmation_while_another_person_is_signed_in(world: &mut World) {
    let line = world.line("support").await;
    let (_, evil) = owner(world, EVIL).await;
    add_member(world, line.tenant_id, ANNA, parom::identity::MemberRole::Owner).await;
    let anna = sign_in(world, ANNA).await;
    let path = entry(world, evil, 7).await;
    let page = anna.opens(&path).await.is(200);
    page.says(&[EVIL, "Boris", "already signed in"]);
    anna.opens("/panel").await.is(200).says(&[HOST]);
    // The page used nothing up; its button needs the session's proof.
    anna.sends_as_it_is("/panel/enter", &[("ticket", &page.field("ticket"))]).await.is(403);
    let page = anna.opens(&path).await.is(200);
    let beside = format!("/panel/in/{evil}");
    assert_eq!(presses(&anna, &page).await.is_redirect(), beside);
    anna.opens(&beside).await.is(200).says(&[EVIL]);
    anna.opens("/panel").await.is(200).says(&[HOST]);
    anna.opens(&path).await.is(410);

    // The same user of the same account, once more from the widget: one click. Another user: asked.
    let boris = world.visitor();
    boris.opens(&entry(world, evil, 7).await).await.is(303);
    assert_eq!(boris.opens(&entry(world, evil, 7).await).await.is_redirect(), "/panel");
    boris.opens(&entry(world, evil, 8).await).await.is(200).says(&["already signed in"]);
    // An account's own person with a password is not replaced by its amoCRM user unasked.
    let carl = world.visitor();
    add_member(world, evil, "carl@example.com", parom::identity::MemberRole::Viewer).await;
    carl.does("/panel/sign-in", &[("email", "carl@example.com"), ("password", PASSWORD), ("to", "")]).await;
    carl.opens(&entry(world, evil, 7).await).await.is(200).says(&["already signed in"]);
}

/// Where the navigation begins: the widget, the address bar and our own pages are one click; other sites are asked.
async fn m4_a_ticket_on_another_site_asks(world: &mut World) {
    let line = world.line("support").await;
    let direct: [&[(&str, &str)]; 7] = [
        &[],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "cross-site"), ("referer", "https://acme.amocrm.ru/leads/detail/1")],
        &[("sec-fetch-site", "cross-site"), ("referer", "https://acme.amocrm.ru/"), ("sec-fetch-dest", "iframe")],
        &[("sec-fetch-site", "cross-site"), ("origin", "https://acme.amocrm.ru")],
        // A frame of a page that hides itself: its cookies are its own.
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "iframe")],
    ];
    for headers in direct {
        let reply = navigates(world, &entry(world, line.tenant_id, 7).await, headers).await;
        assert_eq!((reply.status, reply.headers.contains_key("set-cookie")), (303, true), "{headers:?}");
    }
    let foreign: [&[(&str, &str)]; 12] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "cross-site"), ("referer", "https://evil.example/")],
        &[("sec-fetch-site", "cross-site"), ("referer", "https://amocrm.ru.evil.example/")],
        &[("sec-fetch-site", "cross-site"), ("referer", "https://acme.amocrm.ru@evil.example/")],
        &[("sec-fetch-site", "cross-site"), ("referer", "http://acme.amocrm.ru/")],
        &[("sec-fetch-site", "cross-site"), ("referer", "https://other.amocrm.ru/")],
        &[("sec-fetch-site", "cross-site"), ("referer", "https://acme.amocrm.ru:8443/")],
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("referer", "https://acme.amocrm.ru/")],
        &[("sec-fetch-site", "same-site"), ("referer", "https://other.parom.example/")],
        &[("sec-fetch-site", "nonsense")],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "iframe"), ("referer", "https://evil.example/")],
        &[("sec-fetch-site", "cross-site"), ("user-agent", "Mallory"), ("origin", "null")],
    ];
    for headers in foreign {
        let path = entry(world, line.tenant_id, 7).await;
        let reply = navigates(world, &path, headers).await;
        assert_eq!((reply.status, reply.headers.contains_key("set-cookie")), (200, false), "{headers:?}");
        reply.says(&["Open the panel", HOST]);
        // The ticket still is good, for the button.
        let visitor = world.visitor();
        assert_eq!(presses(&visitor, &reply).await.is_redirect(), "/panel", "{headers:?}");
        visitor.opens("/panel").await.is(200);
    }
    // A form of another site opens nothing.
    let path = entry(world, line.tenant_id, 7).await;
    let ticket = path.split_once("ticket=").unwrap().1;
    let forged = world.api.anonymous(Method::POST, "/panel/enter").header("sec-fetch-site", "cross-site");
    let forged = forged.header("content-type", "application/x-www-form-urlencoded").body(format!("ticket={ticket}"));
    assert_eq!(parom_tests::answer(forged).await.status, 403);
    navigates(world, &path, &[]).await.is(303);
    for ticket in ["", "made-up"] {
        world.visitor().sends("/panel/enter", &[("ticket", ticket)]).await.is(410);
    }
}

/// amoCRM's page may send no referrer: then the browser that asked for the ticket opens it by one click, and no other.
async fn m4_the_widgets_click_opens_the_panel_at_once(world: &mut World) {
    let admin = User::administrator(world).await;
    let asks = async |agent: &'static str| {
        let asked = admin.request(world, Method::POST, "/ticket").header("user-agent", agent);
        let reply = parom_tests::answer(asked.json(&serde_json::json!({ "page": "overview" }))).await.is(200);
        reply.text_at("/panel_url").strip_prefix(&world.api.base()).unwrap().to_owned()
    };
    let hidden =
        |agent: &'static str| [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("user-agent", agent)];
    let path = asks("Browser/1").await;
    navigates(world, &path, &hidden("Browser/2")).await.is(200).says(&["Open the panel"]);
    let opened = navigates(world, &path, &hidden("Browser/1")).await;
    assert_eq!((opened.is_redirect().as_str(), opened.headers.contains_key("set-cookie")), ("/panel", true));
    // What names itself is judged by its name.
    let path = asks("Browser/1").await;
    let mut foreign = hidden("Browser/1").to_vec();
    foreign.push(("referer", "https://evil.example/"));
    navigates(world, &path, &foreign).await.is(200);
    // And a person who is signed in already is always asked.
    add_member(world, world.active(HOST).await, ANNA, parom::identity::MemberRole::Viewer).await;
    let cookie = sign_in(world, ANNA).await.cookies();
    let mut signed_in = hidden("Browser/1").to_vec();
    signed_in.push(("cookie", cookie.as_str()));
    navigates(world, &path, &signed_in).await.is(200).says(&["already signed in"]);
}

once!(m4_a_ticket_asks_for_confirmation_while_another_person_is_signed_in, m4_an_invitation_is_joined_by_a_form_alone);
once!(m6_an_operators_new_password_asks_for_the_current_one_or_a_code, m4_the_widgets_click_opens_the_panel_at_once);
once!(h2_an_operator_who_is_added_again_has_no_earlier_credentials, h2_a_squatted_person_is_no_operator);
once!(m6_a_forgotten_authenticator_is_renewed_by_its_link_alone, m4_a_ticket_on_another_site_asks);
once!(l9_a_link_for_an_operator_is_made_apart_from_the_answer, h2_an_account_cannot_reach_an_operator_by_their_e_mail);
