// Zoom and search in the flame graphs of a page, and the graph from its other end. The boxes are there without it;
// this only moves and marks them, so it makes no markup from text: names of tasks stay text. What is looked at is kept
// in the address, behind its #, so that it comes back with it.
(() => {
  'use strict';

  const PADDING = 8;
  const ROW = 18;
  const OURS = '#flame&';
  const MOST_TYPED = 200;
  const MOST_IN_TIP = 100;
  const TYPING_MILLIS = 300;

  startAll(document, true);
  // A page that refreshes itself has shown another one.
  document.addEventListener('load-monitor:shown', event => startAll(event.target, false));
  document.addEventListener('keydown', event => {
    const search = document.querySelector('.flame-search');
    if (event.key === '/' && search && !isWriting(event.target) && !isCommand(event)) {
      event.preventDefault();
      search.focus();
    }
  });

  function startAll(within, isNewPage) {
    for (const root of within.querySelectorAll('.flame')) {
      start(root, isNewPage);
    }
  }

  function isWriting(element) {
    return element.closest('input, textarea, select, [contenteditable]') !== null;
  }

  function isCommand(event) {
    return event.ctrlKey || event.altKey || event.metaKey;
  }

  function start(root, isNewPage) {
    const part = word => root.querySelector('.flame-' + word);
    const search = part('search');
    const reset = part('reset');
    const found = part('found');
    const said = part('said');
    const name = part('name');
    const about = part('about');
    const plot = part('plot');
    const tip = part('tip');
    const isDiff = root.dataset.diff === 'true';
    const graphs = {outside: read(part('drawing'))};
    let side = 'outside';
    let graph = graphs.outside;
    let hasEntries = false;
    let typing = 0;
    let pointed;
    const letter = graph.all.text.getComputedTextLength() / Math.max(1, graph.all.label.length) || 7;

    const keys = {
      Enter: () => lead(graph.current),
      ' ': () => lead(graph.current),
      Escape: () => lead(graph.all),
      Home: () => goTo(graph.zoomed),
      ArrowUp: () => goTo(above(graph.current)),
      ArrowDown: () => goTo(below(graph.current)),
      ArrowLeft: () => goTo(neighbour(-1)),
      ArrowRight: () => goTo(neighbour(1)),
      i: () => change(() => turn(side === 'outside' ? 'inside' : 'outside')),
      e: () => change(() => unfold(!hasEntries)),
      c: copy,
    };

    plot.addEventListener('click', event => {
      const frame = frameOf(event.target);
      if (frame) {
        goTo(frame);
        lead(frame);
      }
    });
    plot.addEventListener('pointermove', event => point(frameOf(event.target), event));
    plot.addEventListener('pointerleave', () => point(undefined));
    plot.addEventListener('focusin', event => {
      const frame = frameOf(event.target);
      if (frame) {
        select(frame);
        describe(frame);
      }
    });
    plot.addEventListener('keydown', event => {
      const action = keys[event.key];
      if (action && !isCommand(event)) {
        event.preventDefault();
        action();
      }
    });
    search.addEventListener('input', () => {
      mark();
      clearTimeout(typing);
      typing = setTimeout(keep, TYPING_MILLIS);
    });
    search.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.preventDefault();
        change(() => seek(''));
      }
    });
    reset.addEventListener('click', () => change(() => {
      seek('');
      zoom(graph.all);
    }));
    part('inside').addEventListener('click', keys.i);
    part('entries').addEventListener('click', keys.e);
    part('copy').addEventListener('click', copy);
    window.addEventListener('hashchange', function restored() {
      if (root.isConnected) {
        restore();
      } else {
        window.removeEventListener('hashchange', restored);
      }
    });
    new ResizeObserver(label).observe(plot);

    part('tools').hidden = false;
    part('help').hidden = false;
    describe(graph.all);
    restore();
    if (isNewPage && location.hash.startsWith(OURS)) {
      root.scrollIntoView();
    }

    function frameOf(element) {
      const box = element.closest('.frame');
      return box ? graph.frames[Number(box.dataset.index)] : undefined;
    }

    function isFolded(frame) {
      return frame.isEntry && !hasEntries;
    }

    function isShown(frame) {
      return !frame.box.classList.contains('away') && !isFolded(frame);
    }

    function row(frame) {
      return frame.depth - (hasEntries ? 0 : frame.entriesAbove);
    }

    /** The box that is seen above this one. */
    function above(frame) {
      let next = frame.caller;
      while (next && isFolded(next)) {
        next = next.caller;
      }
      return next;
    }

    /** The first box that is seen below this one. */
    function below(frame) {
      for (const next of frame.callees) {
        const seen = isShown(next) ? next : isFolded(next) ? below(next) : undefined;
        if (seen) {
          return seen;
        }
      }
      return undefined;
    }

    /** The next box of the same row that can be seen. */
    function neighbour(step) {
      const {frames, current} = graph;
      for (let i = current.index + step; i >= 0 && i < frames.length; i += step) {
        if (row(frames[i]) === row(current) && isShown(frames[i])) {
          return frames[i];
        }
      }
      return undefined;
    }

    function select(frame) {
      graph.current.box.setAttribute('tabindex', '-1');
      frame.box.setAttribute('tabindex', '0');
      graph.current = frame;
    }

    function goTo(frame) {
      if (frame) {
        select(frame);
        frame.box.focus();
      }
    }

    /** What there is to say of a box behind its name. */
    function words(frame) {
      const {zoomed, all} = graph;
      const isWithin = zoomed !== all && !isDiff && frame.depth > zoomed.depth && frame.units < zoomed.units;
      return frame.title.slice(frame.name.length)
          + (isWithin ? ', ' + percent(frame.units, zoomed.units) + ' of ' + zoomed.name : '');
    }

    function describe(frame) {
      name.textContent = frame.name;
      about.textContent = words(frame);
      said.textContent = '';
    }

    /** A box at the pointer; a finger covers it, so a finger gets none. */
    function point(frame, event) {
      describe(frame || graph.current);
      hush(frame);
      const isSeen = Boolean(frame) && event.pointerType !== 'touch';
      tip.classList.toggle('shown', isSeen);
      if (!isSeen) {
        return;
      }
      const [box, [first, second]] = [tip.querySelector('.flame-tip-box'), tip.querySelectorAll('text')];
      first.textContent = frame.name.length > MOST_IN_TIP ? frame.name.slice(0, MOST_IN_TIP - 1) + '…' : frame.name;
      second.textContent = words(frame).replace(/^ — /, '');
      const place = plot.getBoundingClientRect();
      const width = 16 + Math.max(first.getComputedTextLength(), second.getComputedTextLength());
      const height = 46;
      const left = Math.min(event.clientX - place.left + 12, place.width - width);
      const isLow = event.clientY + 20 + height > window.innerHeight;
      box.setAttribute('x', String(Math.max(0, left)));
      box.setAttribute('y', String(event.clientY - place.top + (isLow ? -8 - height : 20)));
      box.querySelector('rect').setAttribute('width', String(width));
      box.querySelector('rect').setAttribute('height', String(height));
    }

    /** The browser's own box would come on top, so the title of what is pointed at is elsewhere for so long. */
    function hush(frame) {
      if (frame === pointed) {
        return;
      }
      if (pointed) {
        pointed.box.querySelector('title').textContent = pointed.title;
        pointed.box.removeAttribute('aria-label');
      }
      pointed = frame;
      if (pointed) {
        pointed.box.setAttribute('aria-label', pointed.title);
        pointed.box.querySelector('title').textContent = '';
      }
    }

    /** The line below the tools names the box; its text is selected, so that it can be copied where a page may not. */
    function copy() {
      const range = document.createRange();
      range.selectNodeContents(name);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      let isCopied = false;
      try {
        isCopied = document.execCommand('copy');
      } catch {
        // The text is selected all the same.
      }
      said.textContent = isCopied ? 'copied' : 'the name is selected: Ctrl+C copies it';
    }

    function zoom(frame) {
      graph.zoomed = frame;
      const end = frame.from + frame.units;
      for (const other of graph.frames) {
        const otherEnd = other.from + other.units;
        const isAbove = other.depth < frame.depth && other.from <= frame.from && otherEnd >= end;
        const isBelow = other.depth >= frame.depth && other.from >= frame.from && otherEnd <= end;
        other.box.classList.toggle('away', !isAbove && !isBelow);
        other.box.classList.toggle('above', isAbove);
        other.share = isAbove ? 1 : other.units / Math.max(1, frame.units);
        if (isAbove || isBelow) {
          const left = isAbove ? 0 : 100 * (other.from - frame.from) / Math.max(1, frame.units);
          other.box.setAttribute('x', left + '%');
          other.box.setAttribute('width', 100 * other.share + '%');
        }
      }
      if (!isShown(graph.current)) {
        select(frame);
      }
      reset.disabled = isPlain();
      label();
      describe(graph.current);
    }

    function lead(frame) {
      change(() => zoom(frame));
    }

    function isPlain() {
      return graph.zoomed === graph.all && search.value === '';
    }

    /** The entry functions away, and what is below them up; or as they were. */
    function unfold(isWanted) {
      hasEntries = isWanted;
      root.classList.toggle('whole', hasEntries);
      part('entries').setAttribute('aria-pressed', String(hasEntries));
      fold();
      mark();
    }

    function fold() {
      let last = 0;
      for (const frame of graph.frames) {
        frame.box.setAttribute('y', String(row(frame) * ROW));
        frame.box.setAttribute('aria-level', String(row(frame) + 1));
        last = isFolded(frame) ? last : Math.max(last, row(frame));
      }
      graph.svg.setAttribute('height', String((last + 1) * ROW));
      const {zoomed, current} = graph;
      if (isFolded(current)) {
        const hadFocus = document.activeElement === current.box;
        select(above(current));
        if (hadFocus) {
          graph.current.box.focus();
        }
      }
      zoom(isFolded(zoomed) ? above(zoomed) : zoomed);
    }

    /** The drawing from the other end. Each is read when it is first looked at. */
    function turn(wanted) {
      if (wanted === side) {
        return;
      }
      const hadFocus = graph.drawing.contains(document.activeElement);
      const last = graph.drawing;
      graphs[wanted] = graphs[wanted] || read(root.querySelector('template').content.firstElementChild);
      side = wanted;
      graph = graphs[wanted];
      last.replaceWith(graph.drawing);
      part('inside').setAttribute('aria-pressed', String(side === 'inside'));
      graph.zoomed = graph.all;
      select(graph.all);
      fold();
      mark();
      if (hadFocus) {
        graph.all.box.focus();
      }
    }

    /** As much of each name as its box has room for; of a difference the whole number or nothing. */
    function label() {
      const width = plot.getBoundingClientRect().width;
      for (const frame of graph.frames) {
        const letters = Math.floor((frame.share * width - PADDING) / letter);
        const shown = letters >= frame.label.length ? frame.label
            : letters >= frame.least + 2 ? frame.label.slice(0, letters - 1) + '…'
            : letters >= frame.least ? frame.label.slice(0, frame.least) : '';
        if (shown !== frame.text.textContent) {
          frame.text.textContent = shown;
        }
      }
    }

    function seek(text) {
      search.value = text;
      mark();
    }

    /** Marks what is searched for; counts a task once, however many of its functions match. */
    function mark() {
      const {frames, all} = graph;
      const matcher = matching(search.value);
      let boxes = 0;
      let seen = 0;
      let covered = 0;
      let before = 0;
      let after = 0;
      for (const frame of frames) {
        const isFound = frame !== all && matcher.names.has(frame.name);
        frame.box.classList.toggle('found', isFound);
        if (isFound) {
          boxes++;
          seen += isFolded(frame) ? 0 : 1;
          if (frame.from >= covered) {
            covered = frame.from + frame.units;
            before += frame.before;
            after += frame.after;
          }
        }
      }
      reset.disabled = isPlain();
      if (matcher.problem) {
        search.setAttribute('aria-invalid', 'true');
      } else {
        search.removeAttribute('aria-invalid');
      }
      if (search.value === '') {
        found.textContent = '';
      } else if (matcher.problem) {
        found.textContent = 'not a regular expression: ' + matcher.problem;
      } else if (boxes === 0) {
        found.textContent = graph.isWhole ? 'nothing found' : 'nothing found in the boxes that are drawn';
      } else {
        // What is too narrow to be drawn may have more.
        const isLeast = !graph.isWhole && (before < all.before || after < all.after);
        found.textContent = (isLeast ? 'at least ' : '')
            + (isDiff ? before + ' → ' + after + ' tasks'
                : after + ' of ' + all.after + ' tasks, ' + percent(after, all.after))
            + (seen === 0 ? ', in entry functions' : '');
      }
    }

    /** The names that hold the text as it stands; where none does, those that match it as a regular expression. */
    function matching(text) {
      if (text === '') {
        return {names: new Set(), problem: ''};
      }
      const names = [...new Set(graph.frames.map(frame => frame.name))];
      const plain = names.filter(each => each.toLowerCase().includes(text.toLowerCase()));
      if (plain.length > 0) {
        return {names: new Set(plain), problem: ''};
      }
      try {
        return {names: new Set(names.filter(LoadMonitorPattern(text))), problem: ''};
      } catch (refused) {
        return {names: new Set(), problem: refused.message};
      }
    }

    function change(step) {
      step();
      keep();
    }

    /** Into the address, without a step in the browser's history for each letter. */
    function keep() {
      clearTimeout(typing);
      const kept = new URLSearchParams();
      if (search.value !== '') {
        kept.set('search', search.value);
      }
      if (graph.zoomed !== graph.all) {
        kept.set('zoom', graph.zoomed.place);
      }
      if (side === 'inside') {
        kept.set('first', 'innermost');
      }
      if (hasEntries) {
        kept.set('entries', 'shown');
      }
      const text = kept.toString();
      if (text === '' ? !location.hash.startsWith(OURS) : location.hash === OURS + text) {
        return;
      }
      try {
        history.replaceState(history.state, '', text === '' ? location.pathname + location.search : OURS + text);
      } catch {
        // A browser may refuse too many of them; the next one will do.
      }
    }

    /** From the address; what it does not name is as at first. */
    function restore() {
      if (!location.hash.startsWith(OURS)) {
        return;
      }
      const kept = new URLSearchParams(location.hash.slice(OURS.length));
      turn(kept.get('first') === 'innermost' ? 'inside' : 'outside');
      unfold(kept.get('entries') === 'shown');
      seek((kept.get('search') || '').slice(0, MOST_TYPED));
      const place = kept.get('zoom');
      const frame = graph.frames.find(each => each.place === place && !isFolded(each)) || graph.all;
      zoom(frame);
      select(frame);
      describe(frame);
    }

    function read(drawing) {
      const svg = drawing.querySelector('.flame-graph');
      const frames = [...svg.querySelectorAll('.frame')].map(readBox);
      link(frames);
      frames.forEach(frame => frame.box.setAttribute('tabindex', '-1'));
      frames[0].box.setAttribute('tabindex', '0');
      const isWhole = drawing.dataset.whole === 'true';
      return {drawing, svg, frames, isWhole, all: frames[0], zoomed: frames[0], current: frames[0]};
    }

    function readBox(box, index) {
      box.dataset.index = index;
      const text = box.querySelector('text');
      const label = text.textContent;
      const words = box.querySelector('title').textContent;
      return {
        box, index, text, label,
        least: isDiff ? label.indexOf(' ') : 0,
        name: words.slice(0, words.lastIndexOf(' — ')),
        title: words,
        depth: Number(box.dataset.depth),
        from: Number(box.dataset.from),
        units: Number(box.dataset.units),
        before: Number(box.dataset.before),
        after: Number(box.dataset.after),
        share: parseFloat(box.getAttribute('width')) / 100,
        isEntry: box.classList.contains('entry'),
        entriesAbove: 0,
        place: '',
        caller: undefined,
        callees: [],
      };
    }
  }

  /** A box follows the one above it, and all that are below it follow at once. */
  function link(frames) {
    const open = [];
    for (const frame of frames) {
      open.length = frame.depth;
      const caller = open[frame.depth - 1];
      if (caller) {
        frame.caller = caller;
        caller.callees.push(frame);
        frame.entriesAbove = caller.entriesAbove + (caller.isEntry ? 1 : 0);
      }
      frame.place = placeBelow(caller ? caller.place : '', frame.name);
      open.push(frame);
    }
  }

  /** A short word for the path to a box, the same in every dump that has it (FNV-1a, 32 bits). */
  function placeBelow(above, name) {
    let hash = 0x811c9dc5;
    for (const sign of above + ';' + name) {
      hash = Math.imul(hash ^ sign.codePointAt(0), 0x01000193);
    }
    return (hash >>> 0).toString(16);
  }

  function percent(tasks, of) {
    return (100 * tasks / Math.max(1, of)).toFixed(1) + ' %';
  }
})();
