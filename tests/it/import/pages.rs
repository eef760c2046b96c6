//! The pages of imports: a file is counted, begun, watched, paused, and its skipped lines are taken along.

use parom::identity::MemberRole;
use parom_tests::{Line, Reply, Visitor, World, answer, once};
use reqwest::Method;

use super::{a_second, heard, texts};
use crate::panel::{add_member, sign_in};

fn form(csrf: &str, line: &Line, name: &str, file: &str) -> String {
    let field =
        |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let source = line.source_id.to_string();
    field("csrf", csrf)
        + &field("source", &source)
        + &field("leads", "newest")
        + &format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{file}\r\n--b--\r\n"
        )
}

async fn uploads(world: &World, visitor: &Visitor, body: String) -> Reply {
    let request = visitor.request(Method::POST, "/panel/import").header("origin", world.api.base());
    answer(request.header("content-type", "multipart/form-data; boundary=b").body(body)).await
}

async fn a_file_is_counted_and_then_imported(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import").await.is(200).says(&["Bring earlier chats", "/panel/import/new"]);
    owner.opens("/panel/import/new").await.is(200).says(&["24 hours before", "Line support", "multipart/form-data"]);
    // P8: a table of other data is reported in the form, not counted as nothing.
    let reply = uploads(world, &owner, form(&owner.csrf(), &line, "old.csv", "name,phone\nAnna,5550123\n")).await;
    assert!(reply.text.contains("must name the fields; it lacks id, conversation.id"), "{}", reply.text);
    let file = texts("anna", 130) + "<script>broken</script>\n";
    let reply = uploads(world, &owner, form(&owner.csrf(), &line, "old <b>.ndjson", &file)).await;
    assert_eq!(reply.status, 303, "{}", reply.text);
    let page = reply.header("location").to_owned();
    let plan = owner.opens(&page).await.is(200);
    plan.says(&["Ready to start", "130 messages in 1 chat", "1 new lead", "24 hours before", "Import 130 messages"]);
    plan.says(&["1 line is skipped", "old &#60;b&#62;.ndjson", "/skipped.csv"]);
    assert!(heard(world, &line, "anna").is_empty(), "nothing is written before a person decides");
    owner.does(&format!("{page}/start"), &[]).await.says(&["The import runs in the background", "Pause import"]);
    a_second(world).await;
    a_second(world).await;
    let under = owner.opens(&page).await.is(200);
    under.says(&["of 130", "<progress", "Running"]);
    owner.does(&format!("{page}/pause"), &[]).await.says(&["Paused", "Continue import"]);
    owner.does(&format!("{page}/resume"), &[]).await.says(&["The import continues."]);
    for _ in 0..10 {
        a_second(world).await;
    }
    owner.opens(&page).await.is(200).says(&["Finished, some skipped", "130 messages imported, 1 skipped"]);
    assert_eq!(heard(world, &line, "anna").len(), 130);
    let table = owner.opens(&format!("{page}/skipped.csv")).await.is(200);
    assert!(
        table.header("content-type").starts_with("text/csv") && table.text.contains("\"131\",\""),
        "{}",
        table.text
    );
    owner.opens("/panel/import").await.is(200).says(&["130 of 130", "Line support"]);
    let late = owner.does(&format!("{page}/cancel"), &[]).await;
    late.says(&["can no longer be changed"]);
    owner.opens("/panel/audit?group=import").await.is(200).says(&[
        "Import started",
        "Import finished",
        "Import paused",
    ]);
}

/// People who have no file yet fill in a sample.
async fn the_samples_can_be_imported(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let form_page = owner.opens("/panel/import/new").await.is(200);
    form_page.says(&["sample.csv", "sample.ndjson", "<code class=\"mono\">conversation.id</code>", "required"]);
    form_page.never_says(&["import-field"]);
    for name in ["sample.csv", "sample.ndjson"] {
        let sample = owner.opens(&format!("/panel/import/{name}")).await.is(200);
        assert!(sample.header("content-disposition").contains(name));
        let reply = uploads(world, &owner, form(&owner.csrf(), &line, name, &sample.text)).await;
        assert_eq!(reply.status, 303, "{}", reply.text);
        let plan = owner.opens(reply.header("location")).await.is(200);
        // The sample has a manager's message, which needs a bot of the channel: this one has none, which the check reports.
        plan.says(&["1 message in 1 chat", "1 line is skipped", "the channel has no bot"]);
    }
}

/// A frequent reason does not hide a rare one, and a file that is mostly broken is not started unawares.
async fn skipped_lines_are_grouped_by_reason(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200);
    let mut file = texts("anna", 10);
    // Each breaks elsewhere.
    for place in 0..150 {
        file.push_str(&format!("[{}<broken>\n", "1,".repeat(place)));
    }
    file.push_str("{\"id\":\"rare\"}\n");
    let reply = uploads(world, &owner, form(&owner.csrf(), &line, "old.ndjson", &file)).await;
    let plan = owner.opens(reply.header("location")).await.is(200);
    plan.says(&["151 lines are skipped", "93% of the lines will be skipped", "and 149 more"]);
    assert_eq!(plan.text.matches("<td data-label=\"Line\">").count(), 2, "{}", plan.text);
    assert!(plan.text.contains("<td data-label=\"Line\">161</td>"), "{}", plan.text);
}

async fn an_import_is_stopped_only_after_a_confirmation(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200);
    let reply = uploads(world, &owner, form(&owner.csrf(), &line, "old.ndjson", &texts("anna", 250))).await;
    let page = reply.header("location").to_owned();
    owner.opens(&page).await.is(200);
    owner.does(&format!("{page}/start"), &[]).await;
    a_second(world).await;
    a_second(world).await;
    a_second(world).await;
    owner.opens(&format!("{page}/cancel")).await.is(200).says(&["Stop here?", "Stop import"]);
    owner.does(&format!("{page}/cancel"), &[]).await.says(&["Cancelled", "messages imported"]);
}

async fn only_our_own_form_takes_files(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/import/new").await.is(200);
    let csrf = owner.csrf();
    let stale = uploads(world, &owner, form("somebody-elses", &line, "a.ndjson", &texts("anna", 1))).await;
    assert_eq!(stale.status, 403, "{}", stale.text);
    let request = world.api.anonymous(Method::POST, "/panel/import").header("cookie", owner.cookies());
    let request = request.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site");
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    assert_eq!(answer(request.body(form(&csrf, &line, "a.ndjson", &texts("anna", 1)))).await.status, 403);
    let empty = uploads(world, &owner, form(&csrf, &line, "", "")).await;
    assert_eq!(empty.status, 422, "{}", empty.text);
    let other = world.line_at("other.amocrm.ru", "theirs").await;
    assert_eq!(uploads(world, &owner, form(&csrf, &other, "a.ndjson", &texts("anna", 1))).await.status, 404);
    add_member(world, line.tenant_id, "viewer@example.com", MemberRole::Viewer).await;
    let viewer = sign_in(world, "viewer@example.com").await;
    for path in ["/panel/import", "/panel/import/new"] {
        assert_eq!(viewer.opens(path).await.status, 403);
    }
    let csrf = viewer.csrf();
    assert_eq!(uploads(world, &viewer, form(&csrf, &line, "a.ndjson", &texts("anna", 1))).await.status, 403);
    assert!(parom::import::list(&world.app().usage, line.tenant_id).await.unwrap().is_empty());
    assert!(parom::import::list(&world.app().usage, other.tenant_id).await.unwrap().is_empty());
}

once!(
    a_file_is_counted_and_then_imported,
    the_samples_can_be_imported,
    skipped_lines_are_grouped_by_reason,
    an_import_is_stopped_only_after_a_confirmation,
    only_our_own_form_takes_files
);
