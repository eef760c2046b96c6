//! Lists of amoCRM are kept, so that no page waits for it.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{World, once};
use simulator::crm::{Fault, LogDirection, Part};

use super::olga;

async fn pages_open_at_once_while_amocrm_is_silent(world: &mut World) {
    let line = world.line("support").await;
    let olga = olga(world, line.tenant_id).await;
    let main = world.sandbox.add_account(HOST).pipelines[0].name.clone();
    let source = format!("/panel/sources/{}/settings", line.source_id);
    for page in ["/panel/sources", &source] {
        let page = olga.opens(page).await.is(200);
        page.says(&[&main]);
        page.never_says(&["Pipelines as received from amoCRM"]);
    }
    olga.does("/panel/templates", &[("name", "Ready"), ("kind", "plain"), ("text", "Hello")]).await.is(200);
    let list = olga.opens("/panel/templates").await.is(200);
    list.says(&["Ready"]);
    let template =
        format!("/panel/templates/{}", list.between("class=\"break\"><a href=\"/panel/templates/", "\"").unwrap());
    world.advance(Duration::from_secs(25 * 60));
    // The gate opens only after every page was there: none of them waited for an answer.
    let gate = world.sandbox.faults().hold(Part::Rest);
    for page in ["/panel/sources", &source] {
        olga.opens(page).await.is(200).says(&[&main, "Pipelines as received from amoCRM 25 minutes ago."]);
    }
    olga.opens("/panel/templates").await.is(200).says(&["Ready", "List received from amoCRM 25 minutes ago."]);
    olga.opens(&template).await.is(200).says(&["Hello"]);
    gate.until_waiting(2).await;
    gate.open();
    world.sandbox.faults().clear();
    let renewed = async || {
        let texts = [olga.opens("/panel/sources").await.text, olga.opens("/panel/templates").await.text];
        texts.iter().all(|text| !text.contains("minutes ago.")).then_some(())
    };
    world.until("the lists are read in the background", renewed).await;
    // D17: an open page renews without asking; an unpaid account still has names.
    let asked = || {
        let all = world.sandbox.requests();
        all.iter().filter(|one| one.direction == LogDirection::In && one.path.contains("/leads/pipelines")).count()
    };
    let before = asked();
    world.advance(Duration::from_secs(600));
    olga.renews("/panel/sources").await.is(200).says(&[&main]);
    assert_eq!(asked(), before, "renewing does not ask");
    world.sandbox.set_unpaid(HOST, true);
    olga.opens(&source).await.is(200).says(&[&main]);
    world.sandbox.set_unpaid(HOST, false);
}

async fn a_list_that_was_never_read_is_waited_for_once(world: &mut World) {
    let line = world.line("support").await;
    let olga = olga(world, line.tenant_id).await;
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    olga.opens("/panel/templates").await.is(200).says(&["has not sent the list yet"]);
    world.sandbox.faults().clear();
    // Within a minute no page asks again; then one does.
    olga.opens("/panel/templates").await.is(200).says(&["has not sent the list yet"]);
    world.advance(Duration::from_secs(61));
    let asked = async || {
        let page = olga.opens("/panel/templates").await.is(200);
        page.text.contains("No templates yet").then_some(())
    };
    world.until("the list is read", asked).await;
}

once!(a_list_that_was_never_read_is_waited_for_once, pages_open_at_once_while_amocrm_is_silent);
