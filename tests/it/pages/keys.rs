//! Keys, webhooks and their secrets.

use parom_tests::{Answer, World, both};
use serde_json::json;

use super::{Visitor, between, never_says, says};

async fn a_key_is_shown_once_works_and_ends(world: &mut World) {
    let line = world.line("support").await;
    let visitor = Visitor::owner(world, line.tenant_id).await;
    says(&visitor.get("/panel/keys").await.is(200), &["A key lets your programs use the public API."]);
    let wrong = visitor.posts("/panel/keys", &[("name", " "), ("scope", "read"), ("days", "30")]).await.is(422);
    says(&wrong, &["Fill in “Name”.", "Error:"]);
    let fields = [("name", "Billing <i>"), ("scope", "read"), ("days", "30")];
    let reply = visitor.posts("/panel/keys", &fields).await.is(303);
    let made = visitor.get(reply.header("location")).await.is(200);
    let key = between(&made.text, "prm_", "<").map(|rest| format!("prm_{rest}")).unwrap();
    assert_eq!(made.header("cache-control"), "no-store");
    says(&made, &["Copy it now", "Billing &#60;i&#62;"]);
    // Once: a reload leads to the list, which knows its end only.
    let again = visitor.get("/panel/keys/made").await.is(303);
    let list = visitor.get(again.header("location")).await.is(200);
    never_says(&list, &[&key, "Billing <i>"]);
    says(&list, &[&format!("…{}", &key[key.len() - 4..]), "Read", "Active", "shown once already"]);
    let api = world.api.with_key(&key);
    api.get(&line.path("")).await.is(200);
    api.patch(&line.path(""), &json!({"name": "x"})).await.is(403);
    let id =
        between(&list.text, "/panel/keys/", "/revoke").map(|text| text.rsplit('/').next().unwrap().to_owned()).unwrap();
    let id = id.strip_prefix("new\">").unwrap_or(&id).to_owned();
    let id = list.text.split("/revoke\"").next().unwrap().rsplit('/').next().map(str::to_owned).unwrap_or(id);
    says(&visitor.get(&format!("/panel/keys/{id}/revoke")).await.is(200), &["Revoke “Billing"]);
    says(&visitor.does(&format!("/panel/keys/{id}/revoke"), &[]).await, &["is revoked.", "Revoked"]);
    says(&visitor.does(&format!("/panel/keys/{id}/revoke"), &[]).await, &["was revoked before"]);
    let log = visitor.get("/panel/audit").await.is(200);
    never_says(&log, &[&key]);
}

async fn webhooks_show_their_tries_and_a_new_secret_overlaps(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::Status(422, json!({"error": "<script>no</script>"}))]);
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let visitor = Visitor::owner(world, line.tenant_id).await;
    says(
        &visitor.get("/panel/webhooks").await.is(200),
        &["Line support", world.messenger.url(), "Failing", "1 of the last 1 deliveries"],
    );
    let path = format!("/panel/webhooks/{}", line.source_id);
    let page = visitor.get(&path).await.is(200);
    says(
        &page,
        &["422", "Your server answered 422.", "Undelivered", "Send again", &world.messenger.received()[0].webhook_id],
    );
    never_says(&page, &["<script>no"]);
    // A new secret: the old one still signs, so a receiver that does not know it yet goes on.
    let secret = format!("/panel/sources/{}/secret", line.source_id);
    says(&visitor.get(&secret).await.is(200), &["Both secrets are valid for 24 hours"]);
    let reply = visitor.posts(&secret, &[]).await.is(303);
    let made = visitor.get(reply.header("location")).await.is(200);
    let new = between(&made.text, "whsec_", "<").map(|rest| format!("whsec_{rest}")).unwrap().replace("&#43;", "+");
    assert_ne!(new, line.webhook_secret);
    visitor.get(reply.header("location")).await.is(303);
    world.manager(&line).answers("anna", "Under both").await;
    world.deliver_all().await;
    world.messenger.knows(&line.source_id.to_string(), &new);
    world.manager(&line).answers("anna", "Under the new one").await;
    world.deliver_all().await;
    world.advance(std::time::Duration::from_secs(25 * 3600));
    world.manager(&line).answers("anna", "Under the new one alone").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Under both", "Under the new one", "Under the new one alone"]);
    let fields = [
        ("source", line.source_id.to_string()),
        ("id", "x".to_owned()),
        ("timestamp", "1".to_owned()),
        ("signature", "v1,AAAA".to_owned()),
        ("body", "{}".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let visitor = Visitor::owner(world, line.tenant_id).await;
    says(&visitor.posts("/panel/webhooks/signature", &fields).await.is(200), &["does not fit"]);
}

both!(a_key_is_shown_once_works_and_ends, webhooks_show_their_tries_and_a_new_secret_overlaps);
