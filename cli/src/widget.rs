//! `parom widget`: builds the archive for the marketplace and checks what its moderation would reject.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use base::config::{self, Config, Integration, WidgetConfig};
use base::product::ProductName;
use connectors::webchat::Color;
use serde_json::json;
use widget::{Archive, BuildInputs, Finding, Platform, Vendor};

#[derive(clap::Subcommand)]
pub enum WidgetCommand {
    /// Builds the archive to upload to amoCRM or Kommo.
    Build(Build),
    /// Lists what moderation would reject in an archive, causes first; exits 1 if there is anything.
    Check(CheckArgs),
}

#[derive(clap::Args)]
pub struct Build {
    /// File to write the archive to.
    #[arg(long, value_name = "FILE", default_value = "widget.zip")]
    out: PathBuf,
    /// Marketplace that it is for [default: the integration's platform].
    #[arg(long)]
    platform: Option<PlatformName>,
    /// Integration in the configuration; required if there are several.
    #[arg(long, value_name = "NAME")]
    integration: Option<String>,
    /// Includes the panel in the lead card.
    #[arg(long)]
    card: bool,
    /// For trying out: fills in missing facts with marked placeholders.
    #[arg(long)]
    dev: bool,
    /// Prints JSON: {"file","files","bytes","platform","warnings","findings"}
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub struct CheckArgs {
    /// Archive to check.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Marketplace whose rules apply [default: the one named in the archive].
    #[arg(long)]
    platform: Option<PlatformName>,
    /// Prints the findings as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum PlatformName {
    Amocrm,
    Kommo,
}

impl From<PlatformName> for Platform {
    fn from(name: PlatformName) -> Self {
        match name {
            PlatformName::Amocrm => Self::Amocrm,
            PlatformName::Kommo => Self::Kommo,
        }
    }
}

/// The platform that an integration is for.
const fn platform_of(integration: &Integration) -> Platform {
    match integration.platform {
        config::Platform::Amocrm => Platform::Amocrm,
        config::Platform::Kommo => Platform::Kommo,
    }
}

/// Builds or checks an archive; `check` reads no configuration. `errors` receives what a built archive lacks, one per
/// line.
pub fn run(
    command: WidgetCommand,
    config: Option<&Path>,
    out: &mut impl Write,
    errors: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    match command {
        WidgetCommand::Build(command) => build(&Config::load(config)?, &command, out, errors),
        WidgetCommand::Check(command) => check(&command, out),
    }
}

/// Builds the archive of the only integration for trying out, with the panel in the lead card.
#[cfg(feature = "demo")]
pub fn for_trying(config: &Config) -> anyhow::Result<Vec<u8>> {
    let command = Build { out: PathBuf::new(), platform: None, integration: None, card: true, dev: true, json: false };
    built(config, &command, &inputs(config, &command)?)
}

/// The archive, with the brand's name in its texts.
fn built(config: &Config, command: &Build, inputs: &BuildInputs) -> anyhow::Result<Vec<u8>> {
    let product = chosen(config, command)?.and_then(Integration::product);
    let rename = |text: &str| product.map_or_else(|| text.to_owned(), |name| name.put_into(text));
    widget::build_named(inputs, &rename).context("the widget cannot be built")
}

fn build(config: &Config, command: &Build, out: &mut impl Write, errors: &mut impl Write) -> anyhow::Result<ExitCode> {
    let inputs = inputs(config, command)?;
    let bytes = built(config, command, &inputs)?;
    std::fs::write(&command.out, &bytes).with_context(|| format!("{} cannot be written", command.out.display()))?;
    let files = Archive::read(&bytes)?.files.len();
    let findings = widget::check(&bytes, Some(inputs.platform))?;
    let warnings = widget::warnings(&inputs);
    for warning in &warnings {
        // A failed write changes nothing; `widget check` reports the same.
        let _ = writeln!(errors, "parom: {warning}");
    }
    if command.json {
        let built = json!({
            "file": command.out, "files": files, "bytes": bytes.len(), "platform": inputs.platform.brand(),
            "warnings": warnings, "findings": findings,
        });
        writeln!(out, "{built}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let size = bytes.len().div_ceil(1000);
    writeln!(out, "{}: {files} files, {size} KB, for {}", command.out.display(), inputs.platform.brand())?;
    if !findings.is_empty() {
        writeln!(out, "Fix before the upload:")?;
        print(&findings, out)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn check(command: &CheckArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&command.file).with_context(|| format!("{} cannot be read", command.file.display()))?;
    let findings = widget::check(&bytes, command.platform.map(Platform::from))
        .with_context(|| format!("{} cannot be checked", command.file.display()))?;
    if command.json {
        writeln!(out, "{}", json!({ "findings": findings }))?;
    } else if findings.is_empty() {
        writeln!(out, "Nothing to refuse was found.")?;
    } else {
        print(&findings, out)?;
    }
    let refused = findings.iter().any(|finding| !finding.own);
    ensure!(!refused, "moderation would refuse {}", command.file.display());
    ensure!(findings.is_empty(), "{} is not ready for the upload", command.file.display());
    Ok(ExitCode::SUCCESS)
}

/// One line per finding: `script.js:12: dialog: …`, those of Parom's own rules at the end.
fn print(findings: &[Finding], out: &mut impl Write) -> anyhow::Result<()> {
    let (own, moderation): (Vec<_>, Vec<_>) = findings.iter().partition(|finding| finding.own);
    lines(&moderation, out)?;
    if !own.is_empty() {
        writeln!(out, "Parom's own rules, of which moderation knows nothing:")?;
    }
    lines(&own, out)
}

fn lines(findings: &[&Finding], out: &mut impl Write) -> anyhow::Result<()> {
    for Finding { rule, file, line, message, .. } in findings {
        let place = match (file.as_str(), line) {
            ("", _) => "archive".to_owned(),
            (file, Some(line)) => format!("{file}:{line}"),
            (file, None) => file.to_owned(),
        };
        writeln!(out, "{place}: {rule}: {message}")?;
    }
    Ok(())
}

fn inputs(config: &Config, command: &Build) -> anyhow::Result<BuildInputs> {
    let integration = chosen(config, command)?;
    let about = integration.and_then(|integration| integration.widget.clone());
    if about.is_none() && !command.dev {
        bail!("the integration has no [integration.widget]: it says what the widget is called (or try with --dev)");
    }
    let own = integration.map(platform_of);
    let platform = command.platform.map(Platform::from).or(own).unwrap_or(Platform::Amocrm);
    let about: WidgetConfig = about.unwrap_or_default();
    let vendor = config::Vendor::of(config, integration);
    let product = integration.and_then(Integration::product).map(ProductName::as_str);
    Ok(BuildInputs {
        platform,
        name: if about.name == WidgetConfig::default().name {
            product.map_or(about.name, str::to_owned)
        } else {
            about.name
        },
        code: about.code.unwrap_or_default(),
        version: about.version,
        languages: about.languages,
        integration: integration.map(|integration| integration.name.clone()).unwrap_or_default(),
        public_url: config.server.public_url.clone(),
        vendor: Vendor {
            legal_entity: vendor.legal_entity,
            support_url: vendor.support_url,
            support_email: vendor.support_email,
            privacy_url: vendor.privacy_url,
        },
        colors: integration.and_then(colors),
        card: command.card,
        whatsapp: integration.is_some_and(serves_whatsapp),
        dev: command.dev,
        images: about.logo_dir.as_deref().map(images).transpose()?.unwrap_or_default(),
    })
}

/// The brand's accent colour, as it is readable on the CRM's white pages.
fn colors(integration: &Integration) -> Option<[String; 2]> {
    let color = Color::parse(integration.brand.as_ref()?.color.as_deref()?)?.readable_on(Color::WHITE);
    Some([color.to_string(), color.stronger().to_string()])
}

/// Whether one of its channels carries WhatsApp.
fn serves_whatsapp(integration: &Integration) -> bool {
    let kind = connectors::whatsapp::KIND.name;
    integration.channels.iter().any(|channel| channel.connectors.iter().any(|one| one == kind))
}

/// The integration to use. None only with `--dev` and a configuration without integrations.
fn chosen<'c>(config: &'c Config, command: &Build) -> anyhow::Result<Option<&'c Integration>> {
    let fits = |integration: &&Integration| {
        let named = command.integration.as_ref().is_none_or(|name| *name == integration.name);
        let platform = platform_of(integration);
        named && command.platform.is_none_or(|wanted| Platform::from(wanted) == platform)
    };
    let mut fitting = config.integrations.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Ok(Some(one)),
        (Some(_), Some(_)) => {
            let names: Vec<_> = config.integrations.iter().filter(fits).map(|one| one.name.as_str()).collect();
            bail!("several integrations fit: say --integration {}", names.join(" or --integration "))
        }
        (None, _) if command.dev && config.integrations.is_empty() => Ok(None),
        (None, _) if config.integrations.is_empty() => {
            bail!("no [[integration]] is configured, and the widget belongs to one (or try with --dev)")
        }
        (None, _) => {
            let names: Vec<_> = config.integrations.iter().map(|one| one.name.as_str()).collect();
            bail!("no [[integration]] fits; there are: {}", names.join(", "))
        }
    }
}

/// The vendor's logos, tour images and Kommo icon, by file name.
fn images(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let shown = folder.display();
    for entry in std::fs::read_dir(folder).with_context(|| format!("logo_dir {shown} cannot be read"))? {
        let entry = entry.with_context(|| format!("logo_dir {shown} cannot be read"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if ["logo", "tour_", "icon.svg"].iter().any(|beginning| name.starts_with(beginning)) {
            let content = std::fs::read(entry.path()).with_context(|| format!("{name} in {shown} cannot be read"))?;
            found.insert(name, content);
        }
    }
    Ok(found)
}
