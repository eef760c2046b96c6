//! Keys, webhooks and their secrets.

use parom_tests::{Answer, World, once};
use serde_json::json;

use super::olga;

async fn a_key_is_shown_once_works_and_ends(world: &mut World) {
    let line = world.line("support").await;
    let visitor = olga(world, line.tenant_id).await;
    visitor.opens("/panel/keys").await.is(200).says(&["A key lets your programs use the public API."]);
    let wrong = visitor.sends("/panel/keys", &[("name", " "), ("scope", "read"), ("days", "30")]).await.is(422);
    wrong.says(&["Fill in “Name”.", "Error:"]);
    let fields = [("name", "Billing <i>"), ("scope", "read"), ("days", "30")];
    let reply = visitor.sends("/panel/keys", &fields).await.is(303);
    let made = visitor.opens(reply.header("location")).await.is(200);
    let key = made.between("prm_", "<").map(|rest| format!("prm_{rest}")).unwrap();
    assert_eq!(made.header("cache-control"), "no-store");
    made.says(&["Copy it now", "Billing &#60;i&#62;"]);
    // What it prints to try works with a key of an account.
    let path = made.between("/api/v1/tenants/", " ").unwrap();
    assert!(path.ends_with("/sources"), "{path}");
    // Once: a reload leads to the list, which knows its end only.
    let again = visitor.opens("/panel/keys/made").await.is(303);
    let list = visitor.opens(again.header("location")).await.is(200);
    list.never_says(&[&key, "Billing <i>"]);
    list.says(&[&format!("…{}", &key[key.len() - 4..]), "Read", "Active", "already shown once"]);
    let api = world.api.with_key(&key);
    api.get(&line.path("")).await.is(200);
    api.patch(&line.path(""), &json!({"name": "x"})).await.is(403);
    let id = list.text.split("/revoke\"").next().unwrap().rsplit('/').next().unwrap();
    visitor.opens(&format!("/panel/keys/{id}/revoke")).await.is(200).says(&["Revoke “Billing"]);
    visitor.does(&format!("/panel/keys/{id}/revoke"), &[]).await.says(&["is revoked.", "Revoked"]);
    visitor.does(&format!("/panel/keys/{id}/revoke"), &[]).await.says(&["was already revoked"]);
    let log = visitor.opens("/panel/audit").await.is(200);
    log.never_says(&[&key]);
}

async fn webhooks_show_their_tries_and_a_new_secret_overlaps(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::Status(422, json!({"error": "<script>no</script>"}))]);
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    visitor.opens("/panel/webhooks").await.is(200).says(&[
        "Line support",
        world.messenger.url(),
        "Failing",
        "1 of the last 1 deliveries",
    ]);
    let path = format!("/panel/webhooks/{}", line.source_id);
    let page = visitor.opens(&path).await.is(200);
    page.says(&[
        "422",
        "Your server answered 422.",
        "Undelivered",
        "Send again",
        &world.messenger.received()[0].webhook_id,
    ]);
    page.never_says(&["<script>no"]);
    // Those that were given up, and the page that sends many of them again.
    let failed = visitor.opens(&format!("{path}?state=failed")).await.is(200);
    failed.says(&["422", "Undelivered", &format!("/panel/undelivered?source={}", line.source_id), "Failing"]);
    // Of a period.
    visitor.opens(&format!("{path}?period=7d")).await.is(200).says(&["422", "value=\"7d\" selected"]);
    let later = visitor.opens(&format!("{path}?period=2030-01-01&state=failed")).await.is(200);
    // Not "422" alone: a generated ID may have those digits.
    later.never_says(&["answered 422"]);
    later.says(&["?period=2030-01-01\"", "name=\"state\" value=\"failed\""]);
    visitor.opens(&format!("{path}?period=2030-01-01")).await.is(200).says(&["Nothing found", "Failing"]);
    // A new secret: the old one still signs, so a receiver that does not know it yet goes on.
    let secret = format!("/panel/sources/{}/secret", line.source_id);
    visitor.opens(&secret).await.is(200).says(&["Both secrets are valid for 24 hours"]);
    let reply = visitor.sends(&secret, &[]).await.is(303);
    let made = visitor.opens(reply.header("location")).await.is(200);
    let new = made.between("whsec_", "<").map(|rest| format!("whsec_{rest}")).unwrap().replace("&#43;", "+");
    assert_ne!(new, line.webhook_secret);
    visitor.opens(reply.header("location")).await.is(303);
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
    let visitor = olga(world, line.tenant_id).await;
    visitor.sends("/panel/webhooks/signature", &fields).await.is(200).says(&["does not match"]);
}

once!(a_key_is_shown_once_works_and_ends, webhooks_show_their_tries_and_a_new_secret_overlaps);
