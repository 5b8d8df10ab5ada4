// A real OpenID Connect provider. It says its issuer on the first line; each line that it is told is JSON:
// {"redirectUri": …} once, before anybody comes, then {"sub": …, "email": …, "verified": …, "groups": …} for
// whoever signs in from then on, or {"gone": true} to answer to nobody.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const accounts = new Map();
let current = null;
let provider = null;
let gone = false;

const server = createServer((request, response) => {
  if (provider === null || gone) {
    response.writeHead(503).end();
  } else if (request.url.startsWith('/interaction/')) {
    // Nobody types anything: whoever was named last is there.
    provider
      .interactionFinished(request, response, { login: { accountId: current } })
      .catch((error) => response.writeHead(500).end(String(error)));
  } else {
    provider.callback()(request, response);
  }
});

function start(redirectUri) {
  provider = new Provider(`http://127.0.0.1:${server.address().port}`, {
    clients: [
      {
        client_id: 'holdfast',
        client_secret: process.env.CLIENT_SECRET,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'groups'] },
    cookies: { keys: ['of this test'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: () => accounts.get(id) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: async (context) => {
      const grant = new provider.Grant({
        clientId: context.oidc.client.clientId,
        accountId: context.oidc.session.accountId,
      });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
  });
}

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
// Its end is this program's end, however it comes.
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const told = JSON.parse(line);
    if (told.redirectUri) {
      start(told.redirectUri);
    } else if ('gone' in told) {
      gone = told.gone;
    } else {
      accounts.set(told.sub, {
        sub: told.sub,
        email: told.email,
        email_verified: told.verified,
        groups: told.groups,
      });
      current = told.sub;
    }
    console.log('ok');
  })
  .on('close', () => process.exit(0));
