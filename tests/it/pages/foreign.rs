//! Other accounts' things are not there, and roles end where they should.

use parom_tests::{Answer, World, once};
use uuid::Uuid;

use super::{ids, olga, vera};

async fn other_accounts_things_are_not_there(world: &mut World) {
    let ours = world.line("support").await;
    let theirs = world.line_at("other.amocrm.ru", "support").await;
    world.customer(&theirs, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&theirs).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let them = olga(world, theirs.tenant_id).await;
    let message = ids(&them.opens("/panel/messages").await.is(200))[0].clone();
    let chats = them.opens("/panel/conversations").await.is(200);
    let chat = chats.between("/panel/conversations/", "\"").unwrap().to_owned();
    let dead = them.opens("/panel/undelivered").await.is(200);
    let dead = dead.between("name=\"id\" value=\"", "\"").unwrap().to_owned();
    them.sends("/panel/keys", &[("name", "Key"), ("scope", "read"), ("days", "")]).await.is(303);
    let keys = them.opens("/panel/keys").await.is(200);
    let key = keys.text.split("/revoke\"").next().unwrap().rsplit('/').next().unwrap().to_owned();
    let us = olga(world, ours.tenant_id).await;
    us.opens("/panel").await.is(200);
    let source = theirs.source_id;
    let unknown = Uuid::from_u128(7);
    let mut pages = vec![
        format!("/panel/messages/{message}"),
        format!("/panel/messages/{message}/again"),
        format!("/panel/messages/{message}/stop"),
        format!("/panel/messages/{message}/report"),
        format!("/panel/conversations/{chat}"),
        format!("/panel/keys/{key}/revoke"),
        format!("/panel/webhooks/{source}"),
        format!("/panel/messages/{unknown}"),
        "/panel/messages/nonsense".to_owned(),
        "/panel/sources/nonsense".to_owned(),
    ];
    pages.extend(
        ["", "/settings", "/access", "/abilities", "/test", "/pause", "/resume", "/delete", "/secret", "/secret/made"]
            .map(|rest| format!("/panel/sources/{source}{rest}")),
    );
    for path in &pages {
        us.opens(path).await.is(404);
    }
    let mut deeds = vec![format!("/panel/keys/{key}/revoke")];
    deeds.extend(["again", "now", "stop", "text"].map(|deed| format!("/panel/messages/{message}/{deed}")));
    deeds.extend(
        ["pause", "resume", "delete", "restore", "test", "secret"]
            .map(|deed| format!("/panel/sources/{source}/{deed}")),
    );
    for path in &deeds {
        us.sends(path, &[]).await.is(404);
    }
    us.sends(&format!("/panel/sources/{source}"), &[("name", "Mine"), ("version", "1")]).await.is(404);
    us.does("/panel/undelivered/decide", &[("do", "drop"), ("id", &dead)]).await;
    assert!(them.opens("/panel/undelivered").await.is(200).text.contains(&dead), "still theirs");
    for list in [
        "/panel/messages?period=all",
        "/panel/conversations",
        "/panel/undelivered",
        &format!("/panel/messages?q={message}"),
        &format!("/panel/messages?source={source}"),
    ] {
        let page = us.opens(list).await.is(200);
        assert!(!page.text.contains(&format!("/panel/messages/{message}")) && !page.text.contains(&chat), "{list}");
    }
}

async fn viewers_look_and_change_nothing(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let viewer = vera(world, line.tenant_id).await;
    let message = ids(&viewer.opens("/panel/messages").await.is(200))[0].clone();
    let source = line.source_id;
    for path in [
        "/panel/sources",
        "/panel/conversations",
        "/panel/undelivered",
        &format!("/panel/sources/{source}"),
        &format!("/panel/messages/{message}"),
    ] {
        viewer.opens(path).await.is(200);
    }
    for path in [
        "/panel/keys",
        "/panel/keys/new",
        "/panel/webhooks",
        "/panel/webhooks/signature",
        "/panel/undelivered.csv",
        "/panel/sources/new",
        &format!("/panel/sources/{source}/delete"),
        &format!("/panel/messages/{message}/stop"),
    ] {
        viewer.opens(path).await.is(403);
    }
    for path in ["pause", "delete", "test", "secret"] {
        viewer.sends(&format!("/panel/sources/{source}/{path}"), &[]).await.is(403);
    }
    viewer.sends(&format!("/panel/messages/{message}/again"), &[]).await.is(403);
    viewer.sends("/panel/undelivered/decide", &[("do", "drop")]).await.is(403);
    viewer.sends("/panel/keys", &[("name", "x"), ("scope", "admin"), ("days", "")]).await.is(403);
}

async fn forms_of_other_pages_change_nothing(world: &mut World) {
    let line = world.line("support").await;
    let visitor = olga(world, line.tenant_id).await;
    let path = format!("/panel/sources/{}/delete", line.source_id);
    visitor.sends_as_it_is(&path, &[]).await.is(403);
    visitor.sends_as_it_is(&path, &[("csrf", "guessed")]).await.is(403);
    visitor.opens(&format!("/panel/sources/{}", line.source_id)).await.is(200);
}

once!(other_accounts_things_are_not_there, viewers_look_and_change_nothing, forms_of_other_pages_change_nothing);
