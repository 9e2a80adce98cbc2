//! `tais`: parse, start telemetry, run one verb, report.

use std::process::ExitCode;

use clap::Parser as _;
use tais::cli::{Cli, KeysWhat, Verb, VerifyWhat, completions};
use tais::settings::Settings;
use tais::up::Mode;
use tais::{alone, bench, checkpoint, client, doctor, export, keys, replay, telemetry, up, verify, witness};

fn main() -> ExitCode {
    let Cli { settings, verb } = Cli::parse();
    let settings = match settings.resolve() {
        Ok(settings) => settings,
        Err(error) => return report(&error),
    };
    let default = match verb {
        Verb::Up { .. } | Verb::Demo => "warn",
        _ => "warn,tais=info",
    };
    telemetry::logs(default);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&error.into()),
    };
    match runtime.block_on(run(&settings, verb)) {
        Ok(code) => code,
        Err(error) => report(&error),
    }
}

async fn run(settings: &Settings, verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Up { no_demo } => up::up(settings, if no_demo { Mode::Plain } else { Mode::Demo }).await?,
        Verb::Demo => up::up(settings, Mode::FillOnly).await?,
        Verb::Migrate => alone::migrate(settings).await?,
        Verb::Recorder => alone::recorder(settings).await?,
        Verb::Projector { rebuild } => alone::projector(settings, rebuild).await?,
        Verb::Office => alone::office(settings).await?,
        Verb::Audit => alone::audit(settings).await?,
        Verb::Correspondent { pillar } => alone::correspondent(settings, pillar.into()).await?,
        Verb::Replay { to, into } => replay::run(settings, to.as_deref(), into.as_deref()).await?,
        Verb::Verify { what: Some(VerifyWhat::Receipt { file, log_key }), .. } => {
            return verify::receipt(settings, log_key.as_deref(), &file);
        }
        Verb::Verify { what: None, folder, log_key, checkpoint } => {
            let asked = verify::Asked { folder, log_key, checkpoint };
            return verify::record(settings, asked).await;
        }
        Verb::Witness { name, log_key } => witness::run(settings, &name, &log_key).await?,
        Verb::Export { tiles } => show(&export::tiles(settings, &tiles).await?),
        Verb::Checkpoint => show(checkpoint::ask(settings).await?.trim_end()),
        Verb::Keys { what: None } => show(&keys::shown(settings)?),
        Verb::Keys { what: Some(KeysWhat::Rotate) } => show(&keys::rotate(settings)?),
        Verb::Submit(asked) => {
            let port = settings.port();
            return tokio::task::spawn_blocking(move || client::submit(&asked, port)).await?;
        }
        Verb::Import(asked) => {
            let port = settings.port();
            return tokio::task::spawn_blocking(move || client::import(&asked, port)).await?;
        }
        Verb::Bench(asked) => return bench::run(settings, &asked).await,
        Verb::Doctor => return Ok(examine(settings).await),
        Verb::Config => show(&settings.shown()?),
        Verb::Completions { shell } => completions(shell),
    }
    Ok(ExitCode::SUCCESS)
}

async fn examine(settings: &Settings) -> ExitCode {
    let report = doctor::examine(&doctor::Options {
        servers: settings.servers.clone(),
        data_dir: settings.data().to_owned(),
        ports: vec![settings.port()],
        postgres: settings.postgres.clone(),
        nats: settings.nats.clone(),
    })
    .await;
    show(&report.to_string());
    if report.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stdout, reason = "the answer that was asked for")]
fn show(text: &str) {
    println!("{text}");
}

/// What happened and why, one cause a line.
#[expect(clippy::print_stderr, reason = "the last word to the person at the terminal")]
fn report(error: &anyhow::Error) -> ExitCode {
    // Whoever read what we print has gone (`| head`): there is nobody to tell, and nothing is wrong.
    let io = error.downcast_ref::<std::io::Error>();
    if io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    eprintln!("tais: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because {cause}");
    }
    ExitCode::FAILURE
}
