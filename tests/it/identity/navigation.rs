//! M4: no address alone changes who is signed in.

use parom::identity::ticket::{self, TicketTarget, TicketUser};
use parom_tests::settings::HOST;
use parom_tests::{Reply, Visitor, World, both, once};
use reqwest::Method;
use uuid::Uuid;

use super::{EVIL, link_in, owner};
use crate::panel::{PASSWORD, add_member, sign_in};
use crate::widget_api::User;

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
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", parom::identity::MemberRole::Owner).await;
    let (mallory, _) = owner(world, EVIL).await;
    let link = link_in(world, &super::invites(&mallory, "anna@example.com", "viewer").await.text);
    let token = link.split_once("token=").unwrap().1;
    let anna = sign_in(world, "anna@example.com").await;
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
    add_member(world, line.tenant_id, "anna@example.com", parom::identity::MemberRole::Owner).await;
    let anna = sign_in(world, "anna@example.com").await;
    let path = entry(world, evil, 7).await;
    let page = anna.opens(&path).await.is(200);
    assert!(page.text.contains(EVIL) && page.text.contains("Boris") && page.text.contains("already signed in"));
    anna.opens("/panel").await.is(200).says(&[HOST]);
    // The page used nothing up; its button needs the session's proof.
    anna.sends_as_it_is("/panel/enter", &[("ticket", &page.field("ticket"))]).await.is(403);
    let page = anna.opens(&path).await.is(200);
    assert_eq!(presses(&anna, &page).await.is_redirect(), "/panel");
    anna.opens("/panel").await.is(200).says(&[EVIL]);
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
        assert!(reply.text.contains("Open the panel") && reply.text.contains(HOST), "{}", reply.text);
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
    add_member(world, world.active(HOST).await, "anna@example.com", parom::identity::MemberRole::Viewer).await;
    let cookie = sign_in(world, "anna@example.com").await.cookies();
    let mut signed_in = hidden("Browser/1").to_vec();
    signed_in.push(("cookie", cookie.as_str()));
    navigates(world, &path, &signed_in).await.is(200).says(&["already signed in"]);
}

both!(m4_an_invitation_is_joined_by_a_form_alone, m4_a_ticket_asks_for_confirmation_while_another_person_is_signed_in);
once!(m4_a_ticket_on_another_site_asks, m4_the_widgets_click_opens_the_panel_at_once);
