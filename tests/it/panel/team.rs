//! Invitations, roles, the last owner, and links that one person hands to another.

use std::time::Duration;

use parom::identity::MemberRole;
use parom_tests::{Reply, Visitor, World, both, once};
use uuid::Uuid;

use super::{PASSWORD, add_member, add_person, sign_in};

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
    assert!(page.text.contains("Send this link to") && page.text.contains("not shown again"), "{}", page.text);
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
    let page = mark.opens("/panel/me").await.is(200);
    assert!(page.text.contains("mark@example.com") && page.text.contains("Administrator"), "{}", page.text);
    world.visitor().opens(&link).await.is(410);
    mark.does("/panel/me/password", &[("password", PASSWORD)]).await;
    sign_in(world, "mark@example.com").await.opens("/panel/team").await.is(200);
    assert!(owner.opens("/panel/team").await.text.contains("Active"));
    let page = owner.does("/panel/team/invite", &[("email", "mark@example.com"), ("role", "owner")]).await;
    assert!(page.text.contains("already in the team"), "{}", page.text);
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
    assert!(page.text.contains("invited to account acme.amocrm.ru"), "{}", page.text);
    let token = page.field("token");
    let page = mark_himself.does("/panel/invitation", &[("token", &token)]).await;
    assert!(page.text.contains("acme.amocrm.ru"), "{}", page.text);

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
    let two_step = owner.does(&format!("/panel/team/{mark}/two-step"), &[]).await;
    assert!(two_step.text.contains("other accounts"), "{}", two_step.text);
}

async fn the_last_owner_stays(world: &mut World) {
    let line = world.line("support").await;
    let id = add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let anna = sign_in(world, "anna@example.com").await;
    anna.opens("/panel/team").await.is(200);
    let lower = async |who: Uuid, role: &str| anna.does(&format!("/panel/team/{who}/role"), &[("role", role)]).await;
    assert!(lower(id, "viewer").await.text.contains("last owner"));
    let removed = anna.does(&format!("/panel/team/{id}/remove"), &[]).await;
    assert!(removed.text.contains("last owner"), "{}", removed.text);
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

both!(the_last_owner_stays);
once!(an_invitation_is_taken_once, a_link_that_is_handed_over_opens_one_account_alone);
