// Which names tell of secrets, by the kind of file, and which only sound like it.

import assert from 'node:assert/strict';
import { isSecret } from '../../../src/editing/secretNames';

const secrets: Record<string, string> = {
  environments:
    '.env .env.production .env.example .env-local .env_old .envrc .envrc.local prod.env .dev.vars .ENV env.prod env.local env.production env-dev env.staging.yml env.test .env1 .envfile .environment .flaskenv .Renviron',
  keys: `tls.key ca.pem server.crt AuthKey_1A2B.p8 release.jks debug.keystore vpn.ovpn id_rsa id_rsa.pub id_ed25519
    id_ecdsa_sk private_key.txt private-key.json rootkey.csv user_accessKeys.csv apiKeys.json key.json keys.json
    keystore.json ssh_host_rsa_key ssh_host_ed25519_key.pub wallet.dat wallet.json export.1pux office.nmconnection pubkey.asc private-key.asc`,
  'logins of programs': `.npmrc .netrc _netrc .pypirc .pgpass .htpasswd .git-credentials .my.cnf .s3cfg .dockercfg
    .terraformrc kaggle.json sftp.json wp-config.php local.settings.json local.properties keystore.properties
    .sentryclirc rclone.conf wg0.conf wpa_supplicant.conf wpa_supplicant-wlan0.conf sitemanager.xml FileZilla.xml logins.json
    users.htpasswd .yarnrc.yml cookies.txt logins-backup.json key4.db key3.db signons.sqlite`,
  'accounts of services': `service-account.json service_account.json serviceAccountKey.json my-service-account.json
    app-firebase-adminsdk-x1y2.json client_secret_12-ab.apps.example.json client-secret.json
    client_secrets.json`,
  tokens:
    'token.json tokens.json token.txt token.pickle .token token .vault-token github_token access_token.txt',
  passwords: `passwords.txt password.txt password.docx passwords.xlsx passwd shadow db_password mysql_root_password.txt .vault_pass vault.yml ansible-vault-pw
    vault_password_file chrome-passwords.csv ChromePasswords.csv wifi_passwords_home.txt 1password-export.csv
    bitwarden_export_20260101.json LastPassExport.csv keepass.csv`,
  'passwords in other languages': `passwort.txt Passwörter.txt passwoerter.csv kennwort kennwörter.txt meine_kennwörter.txt
    zugangsdaten.json zugangsdaten-kunden.xlsx geheimnisse.yaml mots_de_passe.txt contraseñas.txt contrasenas.csv senhas.txt
    wachtwoorden.txt hasła.txt lösenord.txt пароли.txt 密码.txt パスワード.csv 비밀번호.txt passord.txt hesla.txt şifreler.txt salasanat.txt ${'kennwörter.txt'.normalize('NFD')}`,
  lists:
    'pass.txt pw.txt pwd.txt my_pw.md pwds.csv passphrase.txt logins.csv db_pass.txt pins.txt recovery-codes.txt 2fa-codes.txt seedphrase.md github-recovery-codes.txt backup_codes.txt auth.json',
  infrastructure:
    'terraform.tfstate terraform.tfstate.backup prod.tfvars prod.tfvars.json kubeconfig dev.kubeconfig',
  histories:
    '.bash_history .zsh_history .psql_history .Rhistory .histfile .lesshst .viminfo fish_history ConsoleHost_history.txt consolehost_history.txt zsh_history',
  'settings in code': `credentials.py secrets.py secret.py aws_credentials.py db-credentials.js secrets.js secrets.prod.js
    arduino_secrets.h secrets.h credentials.h secrets.sh creds.py Secrets.swift api_keys.py
    prod.secret.exs secrets.ts secrets.prod.ts`,
  data: `secrets secrets.yml credentials credentials.json secrets.json secret.yaml secrets.prod.yml prod.secrets.json
    awsCredentials.json AWSCredentials.json db_credentials.yml my-secret.toml application_default_credentials.json
    .secrets .credentials.json credentials.toml credentials.csv creds.json new_user_credentials.csv secrets.xcconfig`,
  copies: `credentials.json.bak .env~ id_rsa.old server.key.orig secrets.yml.1 credentials(1).json secrets.old.yml secrets_old.yml
    secrets-backup.yml secrets.bak.yaml secrets2.yml passwords2.txt credentials-backup.py secrets.yml.bak2 secrets.yaml.dec
    secrets.dec.yaml secrets.yaml.local secrets.yaml.prod .#secrets.yml #secrets.yml# server.key.txt passwd- shadow-`,
  capitals: `GitHub_token.txt GitLab_token 2FA-Codes.txt PINs.txt PWDs.csv WiFi_Password.txt MySQL_password.txt MySQL_history
    KeePassXC.csv RoboForm.csv PostGres_password.txt APIkeys.py PassWd.txt`,
  'names that programs give': `deploy_key github_deploy_key work_id_rsa .secret_key secret_token.rb sa-key.json service-key.json firebase-key.json
    aws_keys.csv openai_key.txt .openai_key discord_token.txt gmail_token.json gh_token tokens.csv bearer.txt recovery-key.txt
    recovery_phrase.txt .smbcredentials credentials.cifs .authinfo .google_authenticator tomcat-users.xml
    initialAdminPassword credentials.tfrc.json dataSources.local.xml wireguard.conf openvpn.conf hostapd.conf wifi.txt
    firefox-logins.csv passwords-export.json vpn.conf office-vpn.conf vpnc.conf client.ovpn wg-home.conf home_wg0.conf
    swanctl.conf office.pcf wireguard/home.conf openvpn/client/office.conf`,
};

const sources = `secretsManager.ts secrets_manager.py secretSanta.py environment.ts environment.prod.ts env.py env.d.ts
  credentials.ts credentials.test.ts credentials.spec.js test_credentials.py credentials_test.go credentialsProvider.ts
  credential.py Credentials.java Credentials.kt secrets.go secrets.rs Secret.tsx get_secrets.py rotate-secrets.sh
  keys.ts key.ts monkey.js keyboard.json keymap.json turkey.py hotkeys.json publicKey.ts apiKeys.ts
  token.ts tokenizer.json tokenizer.py token_bucket.py password.ts passwords.py password_reset.html
  reset_password.txt forgot-password.json auth.ts login.ts passwort.ts kennwort.py
  Geheimnis.java zugangsdaten.test.ts pass.ts pass.py login.json passes.csv bypass.txt compass.json senha.go hasho.ts
  recoveryCodes.ts pinned.txt pass.go settings.xml passwort-vergessen.html service-account.yaml service_account.py
  serviceAccount.ts vault.py vault.ts shadow.css shadow.ts history.ts history.json scan-secrets.yml no-secrets.yml
  secret-santa.json secrets.example.yml credentials.schema.json secrets-manager.yaml sftp.ts envelope.ts .envoy.yaml
  pem.ts certificate.ts crt.py .editorconfig .secrets.baseline package.json tsconfig.json settings.py local_settings.py
  certs.go cert_test.go wp-config-sample.php gradle.properties keystore.ts
  wallet.ts secretsManager.mts environment.dev.ts env.ts env.prod.ts pw.ts keyboard4.db history.txt logins.ts passwords.md reset-passwords.txt nginx.conf bitwarden.ts 1password.tsx codes.txt
  pins.csv copy.json backup.sql old.yml 2.json recovery.txt mark-#1.md chapter-2.md bearer.ts wifi.py secretToken.ts vpn.ts vpn.tf wg.ts vpnClient.conf.ts openvpn.rs wireguard/index.ts`;

describe('a name', () => {
  for (const [kind, names] of Object.entries(secrets))
    it(`tells of secrets: ${kind}`, () => {
      const missed = names.split(/\s+/).filter((name) => !isSecret(`/w/src/${name}`));
      assert.deepEqual(missed, []);
      assert.deepEqual(
        names.split(/\s+/).filter((name) => !isSecret(name) || !isSecret(`C:\\w\\${name}`)),
        [],
      );
    });

  it('tells of none where sources only have to do with secrets', () => {
    assert.deepEqual(
      sources.split(/\s+/).filter((name) => isSecret(`/w/src/${name}`)),
      [],
    );
  });

  it('tells of secrets by the folder as well', () => {
    const kept = `/h/.ssh/config /h/.gnupg/pubring.kbx /h/.aws/config /h/.docker/config.json /h/.kube/config
      /h/.m2/settings.xml /h/.config/composer/auth.json /h/.config/gh/hosts.yml /h/.config/gcloud/properties /w/secrets/db /w/secrets/prod/app.yaml /w/.secrets/x.txt
      /w/config/credentials/production.yml /run/secrets/database /w/.envs/.production/.postgres
      /h/.dbt/profiles.yml /h/.ngrok2/ngrok.yml /h/.azure/msal_token_cache.json /h/.azure/accessTokens.json /h/.oci/config /h/.acme.sh/account.conf /h/.config/doctl/config.yaml
      /h/messages/backend/secrets.yaml /h/lang/app/credentials.json /h/languages/app/auth.json
      /h/lang/android/keystore.properties /h/intl/prod/db_password.ini /w/i18n/.secrets.toml /h/lang/ops/vault.yml
      /w/my-ui/tokens.json /h/ui/server/keys.json`;
    assert.deepEqual(
      kept.split(/\s+/).filter((path) => !isSecret(path)),
      [],
    );
    const read = `/w/locales/password.json /w/src/i18n/de/credentials.yml /w/lang/tokens.json /w/design/tokens.json
      /w/src/ui/tokens.json /w/src/secrets/store.ts /w/src/credentials/index.js /w/.docker/Dockerfile /w/.aws/task-definition.json
      /w/secrets.ts/main.ts /w/public/locales/en/auth.json /w/src/clientSecretCredential.ts /w/client_secret_credential.go /w/docs/secrets/index.md /w/.github/workflows/build.yml /w/ssh/config.ts
      /h/.envs/web/app/models.py /w/book/ch01.asc /w/book/01-introduction.asc /w/dbt/profiles.yml`;
    const copies =
      'credentials (1).json|token copy.json|credentials copy 2.json|credentials - Copy (2).json|credentials - Kopie.json|BitLocker Recovery Key 1A2B.TXT|2FA Codes.txt|WiFi Password.txt|GitHub Token.txt';
    assert.deepEqual(
      copies.split('|').filter((name) => !isSecret(`/h/${name}`)),
      [],
    );
    assert.ok(isSecret('/h/Chrome Passwords.csv') && isSecret('/w/locales/.env'));
    assert.deepEqual(
      read.split(/\s+/).filter((path) => isSecret(path)),
      [],
    );
  });
});
