//! L1 of our own review: the account's page, the vendor's and both exports read one model.

use parom_tests::settings::HOST;
use parom_tests::{World, both, once};

use super::{add, row};
use crate::admin::operator::Operator;

async fn l1_wildcards_in_a_search_are_literal(world: &mut World) {
    let line = world.line("support").await;
    let names = ["Per%cent", "Under_score", "Back\\slash", "Plain"];
    add(world, names.iter().map(|name| row(world, line.tenant_id, name, "source.changed")).collect()).await;
    let owner = world.panel(line.tenant_id).await;
    let olga = Operator::signed_in(world).await;
    for (typed, found) in [("%25", 0), ("r_s", 1), ("%5C", 2), ("_", 1), ("%00%25", 0)] {
        for (address, visitor) in
            [("/panel/audit".to_owned(), &owner), (format!("/admin/audit?account={HOST}"), &*olga)]
        {
            for path in [address.clone(), address.replace("/audit", "/audit.csv")] {
                let sign = if path.contains('?') { '&' } else { '?' };
                let page = visitor.opens(&format!("{path}{sign}who={typed}")).await.is(200);
                for (number, name) in names.iter().enumerate() {
                    assert_eq!(page.text.contains(name), number == found, "{path} {typed} {name}: {}", page.text);
                }
            }
        }
    }
}

async fn details_name_a_messenger_in_words(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let page = owner.opens("/panel/audit?group=source").await.is(200);
    page.says(&["Source added", "messenger: Your own messenger (API)"]);
    page.never_says(&["messenger: custom"]);
}

async fn l1_an_export_has_all_rows(world: &mut World) {
    let line = world.line("support").await;
    let count = 10_050;
    add(world, (0..count).map(|_| row(world, line.tenant_id, "Carl", "source.changed")).collect()).await;
    let owner = world.panel(line.tenant_id).await;
    let olga = Operator::signed_in(world).await;
    let lines = |text: &str| text.lines().filter(|line| line.contains("\"Carl\"")).count();
    assert_eq!(lines(&owner.opens("/panel/audit.csv?who=Carl").await.is(200).text), count);
    let csv = olga.opens(&format!("/admin/audit.csv?account={HOST}&who=Carl")).await.is(200);
    assert_eq!(lines(&csv.text), count);
}

async fn l1_both_pages_go_through_all_rows_and_know_the_same_filters(world: &mut World) {
    let line = world.line("support").await;
    let rows = (0..120).map(|number| row(world, line.tenant_id, &format!("Carl {number:03}."), "import.paused"));
    add(world, rows.collect()).await;
    let owner = world.panel(line.tenant_id).await;
    let olga = Operator::signed_in(world).await;
    let vendors = format!("/admin/audit?account={HOST}&");
    for (start, visitor) in [("/panel/audit?", &owner), (vendors.as_str(), &*olga)] {
        for filter in ["group=import", "what=import.pau", "who=Carl"] {
            let (mut next, mut seen) = (Some(format!("{start}{filter}")), 0);
            while let Some(address) = next {
                let page = visitor.opens(&address).await.is(200);
                seen += page.text.matches("Carl ").count();
                let older = page.text.split("href=\"").skip(1).filter_map(|link| link.split('"').next());
                let older = older.filter(|link| link.contains("before=")).map(|link| link.replace("&amp;", "&"));
                next = older.map(|link| link.replace("&#38;", "&")).next();
            }
            assert_eq!(seen, 120, "{start}{filter}");
        }
        let none = visitor.opens(&format!("{start}what=import&from=2020-01-01&to=2020-01-02")).await.is(200);
        assert!(!none.text.contains("Carl "), "{}", none.text);
    }
}

once!(details_name_a_messenger_in_words);
both!(
    l1_wildcards_in_a_search_are_literal,
    l1_an_export_has_all_rows,
    l1_both_pages_go_through_all_rows_and_know_the_same_filters,
);
