//! The pages with the data processing agreement: only with what belongs in it, for both laws, in both languages.

use parom_tests::{World, once};

const GDPR: &str = "/legal/gdpr";
const FZ152: &str = "/legal/152-fz";

async fn without_the_vendors_address_there_is_no_agreement(world: &mut World) {
    let line = world.line("support").await;
    for page in [GDPR, FZ152] {
        world.visitor().opens(page).await.is(404);
    }
    world.panel(line.tenant_id).await.opens("/panel").await.is(200).never_says(&["/legal/"]);
}

async fn it_names_the_vendor_the_region_and_the_days(world: &mut World) {
    world.setup_is(|config| {
        config.vendor.legal_entity = "Ferries <Ltd>".to_owned();
        config.vendor.legal_address = "1 Harbour Road, Riga".to_owned();
        config.vendor.hosting_region = "Frankfurt, Germany".to_owned();
        config.vendor.support_email = "help@ferries.example".to_owned();
        config.retention.texts_days = 21;
    });
    world.restart().await;
    let line = world.line("support").await;
    let visitor = world.visitor();
    let english = visitor.opens(&format!("{GDPR}?lang=en")).await.is(200);
    let filled = ["1 Harbour Road, Riga", "Frankfurt, Germany", "help@ferries.example", "21 days", "Article 28"];
    english.says(&filled);
    english.says(&["Ferries &#60;Ltd&#62;"]);
    assert_eq!(english.header("cache-control"), "public, max-age=300");
    visitor.opens(&format!("{GDPR}?lang=ru")).await.is(200).says(&["GDPR, статья 28", "21 дн.", "Frankfurt, Germany"]);
    let russian = visitor.opens(&format!("{FZ152}?lang=ru")).await.is(200);
    russian.says(&["152-ФЗ", "систематизация", "1 Harbour Road, Riga"]);
    visitor.opens(&format!("{FZ152}?lang=en")).await.is(200).says(&["Federal Law No. 152-FZ", "Riga"]);
    for page in [&english.text, &russian.text] {
        assert!(!page.contains("{ $") && !page.contains("legal-"), "nothing is left open: {page}");
    }
    visitor.opens("/legal/other").await.is(404);
    let owner = world.panel(line.tenant_id).await;
    assert!(owner.opens("/panel?lang=en").await.is(200).text.contains("href=\"/legal/gdpr\""));
}

once!(without_the_vendors_address_there_is_no_agreement, it_names_the_vendor_the_region_and_the_days);
